"""Names of English units, currencies and their short forms: data only.

Abbreviations of units follow the NIST Guide to the SI (Special Publication 811) and everyday US customary usage.
"""

MULTIPLES = {
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "MM": "million", "b": "billion",
    "B": "billion", "bn": "billion", "tn": "trillion", "T": "trillion",
}  # fmt: skip
MULTIPLES |= {name: name for name in ("thousand", "million", "billion", "trillion")}
# Sign or code before an amount: one, several, and the hundredth part of it.
CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"), "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"), "¥": ("yen", "yen", "", ""), "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "", ""), "₽": ("ruble", "rubles", "kopeck", "kopecks"), "₿": ("bitcoin", "bitcoin", "", ""),
    "RMB": ("yuan", "yuan", "", ""), "CNY": ("yuan", "yuan", "", ""), "JPY": ("yen", "yen", "", ""),
    "EUR": ("euro", "euros", "cent", "cents"), "GBP": ("British pound", "British pounds", "penny", "pence"),
    "CHF": ("Swiss franc", "Swiss francs", "centime", "centimes"), "CN¥": ("yuan", "yuan", "", ""),
}  # fmt: skip
for _name, _signs in {
    "U.S.": ("US$", "USD"), "Canadian": ("C$", "CA$", "CAD"), "Australian": ("A$", "AU$", "AUD"),
    "Hong Kong": ("HK$", "HKD"), "Singapore": ("S$", "SGD"), "New Zealand": ("NZ$", "NZD"),
    "New Taiwan": ("NT$", "TWD"),
}.items():  # fmt: skip
    CURRENCIES |= dict.fromkeys(_signs, (f"{_name} dollar", f"{_name} dollars", "cent", "cents"))

CURRENCIES |= dict.fromkeys(("MX$", "MXN"), ("Mexican peso", "Mexican pesos", "centavo", "centavos"))
CURRENCIES |= dict.fromkeys(("R$", "BRL"), ("real", "reais", "centavo", "centavos"))
CURRENCIES |= {
    "INR": CURRENCIES["₹"], "KRW": CURRENCIES["₩"], "RUB": CURRENCIES["₽"], "ZAR": ("rand", "rand", "cent", "cents"),
    "SEK": ("Swedish krona", "Swedish kronor", "", ""), "NOK": ("Norwegian krone", "Norwegian kroner", "", ""),
    "DKK": ("Danish krone", "Danish kroner", "", ""),
}  # fmt: skip

_SAME_NAME = {  # one and several sound alike
    "Hz": "hertz", "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz", "THz": "terahertz", "hp": "horsepower",
    "K": "kelvin",
}  # fmt: skip
_PLUS_S = {
    "km": "kilometer", "cm": "centimeter", "mm": "millimeter", "nm": "nanometer", "µm": "micrometer", "m": "meter",
    "mi": "mile", "yd": "yard", "yds": "yard", "km²": "square kilometer", "m²": "square meter",
    "cm²": "square centimeter", "mm²": "square millimeter", "km2": "square kilometer", "m2": "square meter",
    "cm2": "square centimeter", "m3": "cubic meter", "cm3": "cubic centimeter", "km³": "cubic kilometer",
    "mm³": "cubic millimeter", "ha": "hectare", "m³": "cubic meter",
    "cm³": "cubic centimeter", "kg": "kilogram", "mg": "milligram",
    "mcg": "microgram", "µg": "microgram", "ng": "nanogram", "g": "gram", "lbs": "pound", "lb": "pound",
    "oz": "ounce", "fl oz": "fluid ounce", "fl. oz": "fluid ounce", "gal": "gallon", "qt": "quart", "pt": "pint",
    "tbsp": "tablespoon", "tsp": "teaspoon", "ml": "milliliter", "mL": "milliliter", "dL": "deciliter",
    "dl": "deciliter", "L": "liter",
    "µL": "microliter", "cc": "cubic centimeter", "dB": "decibel", "KB": "kilobyte", "kB": "kilobyte",
    "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte", "Kb": "kilobit", "Mb": "megabit", "Gb": "gigabit",
    "W": "watt", "w": "watt", "v": "volt", "GW": "gigawatt", "MWh": "megawatt hour", "GWh": "gigawatt hour",
    "kW": "kilowatt", "MW": "megawatt",
    "V": "volt", "kV": "kilovolt",
    "mV": "millivolt", "mA": "milliamp", "mAh": "milliamp hour", "kWh": "kilowatt hour", "ms": "millisecond",
    "s": "second", "sec": "second", "secs": "second", "min": "minute", "mins": "minute", "h": "hour", "hr": "hour",
    "hrs": "hour", "wk": "week", "wks": "week", "yr": "year", "yrs": "year", "kcal": "kilocalorie", "cal": "calorie",
    "kPa": "kilopascal", "mmol": "millimole", "mol": "mole", "mEq": "milliequivalent", "IU": "international unit",
    "px": "pixel", "kJ": "kilojoule", "mg%": "milligram percent", "Ω": "ohm", "kΩ": "kiloohm",
}  # fmt: skip
# The unit itself, or the first word of the name, takes the plural; the rest follows.
_FIRST_PLUS_S = {
    "bpm": ("beat", "per minute"), "rpm": ("revolution", "per minute"), "fps": ("frame", "per second"),
    "mph": ("mile", "per hour"), "kph": ("kilometer", "per hour"), "mpg": ("mile", "per gallon"),
    "kbps": ("kilobit", "per second"), "Mbps": ("megabit", "per second"), "Gbps": ("gigabit", "per second"),
    "psi": ("pound", "per square inch"), "ppm": ("part", "per million"), "wpm": ("word", "per minute"),
    "dpi": ("dot", "per inch"), "mmHg": ("millimeter", "of mercury"), "mm Hg": ("millimeter", "of mercury"),
    "°C": ("degree", "celsius"), "° C": ("degree", "celsius"), "℃": ("degree", "celsius"),
    "°F": ("degree", "fahrenheit"), "° F": ("degree", "fahrenheit"), "℉": ("degree", "fahrenheit"),
    "ºC": ("degree", "celsius"), "ºF": ("degree", "fahrenheit"), "°": ("degree", ""),
}  # fmt: skip
UNITS = {short: (name, name) for short, name in _SAME_NAME.items()}
UNITS |= {short: (name, name + "s") for short, name in _PLUS_S.items()}
UNITS |= {short: (f"{one} {rest}".strip(), f"{one}s {rest}".strip()) for short, (one, rest) in _FIRST_PLUS_S.items()}
UNITS |= {
    "ft": ("foot", "feet"), "in": ("inch", "inches"), "sq ft": ("square foot", "square feet"),
    "sq. ft": ("square foot", "square feet"), "ft²": ("square foot", "square feet"),
    "cu ft": ("cubic foot", "cubic feet"), "sq mi": ("square mile", "square miles"),
    "sq m": ("square meter", "square meters"), '"': ("inch", "inches"), "″": ("inch", "inches"),
    "¢": ("cent", "cents"), "%": ("percent", "percent"), "‰": ("per mille", "per mille"),
}  # fmt: skip
UNITS |= {sign: names[:2] for sign, names in CURRENCIES.items()}
# After a stroke: 5 mg/dL, $15/hr, 80 kg/person.
PER = {short: name for short, (name, _) in UNITS.items() if short.isalpha() and short not in CURRENCIES}
PER |= {"mo": "month", "d": "day", "ea": "each", "m²": "square meter", "m³": "cubic meter", "sq ft": "square foot"}
# Written in any case, in small letters here: `12KG`, `50 mbps`, `100 usd`.
ANY_CASE = {
    name.lower(): name
    for name in (
        "km cm mm kg mg mL lb lbs oz ft yd KB MB GB TB Hz kHz MHz GHz kW MW kWh MWh kV mAh dB mph kph mpg rpm bpm fps "
        "kbps Mbps Gbps psi ppm dpi kcal kPa mV tbsp tsp IU min mins hr hrs sec secs yr yrs USD EUR GBP "
        "CAD AUD CNY RMB JPY"
    ).split()
} | {"sq ft": "sq ft", "fl oz": "fl oz"}  # fmt: skip
# With a full stop after them these are still units, but the stop of the last one ends the sentence.
DOTTED_UNITS = frozenset(
    "in ft yd mi lb lbs oz gal qt pt tbsp tsp min mins hr hrs sec secs wk wks yr yrs cal".split()
) | {"fl oz", "fl. oz", "sq ft", "sq. ft"}
