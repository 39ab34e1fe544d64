"""Writes raised and lowered text as plain text: 10² is not 102.

Digits and signs become the characters that Unicode has for them (10², CO₂, x⁻¹). Letters alone stay as they are, as
they mark ordinals and abbreviations (1er, Mme, 4th), and so do footnotes in brackets. What Unicode has no characters
for is marked as in plain mathematics: 2^(n/2), a_(i/2).
"""

_SIGNS = "0123456789+-\u2212=()"
_RAISED = str.maketrans(_SIGNS + "nix", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱˣ")
_LOWERED = str.maketrans(_SIGNS + "nix", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₙᵢₓ")
_BESIDE = frozenset(", .")  # signs that may stand among the digits as they are

RAISED = frozenset(("sup", "sub"))


def raised(text: str, tag: str) -> str:
    """Returns the text of a <sup> or <sub> as it stands in a line."""
    core = text.strip()
    table = _RAISED if tag == "sup" else _LOWERED
    if not any(map(str.isdecimal, core)) and core not in ("n", "x", "i"):
        return text
    if core.startswith("[") or (not core.isascii() and not any(ord(char) in table for char in core)):
        return text
    if all(ord(char) in table or char in _BESIDE for char in core):
        return text.translate(table)
    if len(core) > 12 or (core[0].isalpha() and core[-1].isalpha()):
        return text
    return f"{'^' if tag == 'sup' else '_'}({core})"
