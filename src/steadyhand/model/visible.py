"""Text in; the same text with whatever nobody sees, or a terminal would obey, written out. Pure.

What is approved is what is read. A cursor that goes back, or letters that run the other way, would
show another command than the one that is run.
"""

import re

# Control characters but newline and tab, marks of direction, what has no width, tags: of each, what
# text can do without. Joiners are not among them: names and signs of many scripts need those.
# https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
# https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
_UNSEEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
UNSEEN = re.compile(f"[{_UNSEEN}]")
# Looks like a blank, and bash takes it for a letter.
BLANK = re.compile(r"[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def visible(text: str) -> str:
    r"""Write each such character as Python does: "\x1b", "\u202e"."""
    return UNSEEN.sub(lambda found: ascii(found[0])[1:-1], text)
