"""Builds NotoSans-Plot.ttf from Noto Sans and Noto Sans Math (needs fonttools).

usage: build.py NotoSans-Regular.ttf NotoSansMath-Regular.ttf NotoSans-Plot.ttf
"""

import os
import sys
import tempfile

from fontTools import merge, subset
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

LETTERS = (
    [chr(c) for c in [*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x370, 0x400)]]
    + list("ħℏℓℜℑ′″…–—‘’“”†•")
    + list("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₒₓₙₚₛₜᵢⱼₖₗₘᵣ")
    + list("−∓∗∘∫∮∑∏√∂∇∞∝∈≤≥≪≫≠≈≃≡∼⟨⟩∥⊥←→↑↓↔")
)


def subset_to(source, letters, target):
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.glyph_names = False
    options.notdef_outline = True
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "MATH", "STAT"]
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, letters))
    subsetter.subset(font)
    font.save(target)


def anchor_at_origin(font):
    """Starts every outline at its origin by a contour without area.

    The drawing library places a glyph by the left edge of its outline and so
    loses the side bearing, which makes the letter spacing uneven.
    """
    glyphs = font.getGlyphSet()
    outlines = {}
    for name in font.getGlyphOrder():
        if font["glyf"][name].numberOfContours == 0:
            continue
        recording = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(recording)
        pen = TTGlyphPen(None)
        recording.replay(pen)
        pen.moveTo((0, 0))
        pen.lineTo((0, 1))
        pen.closePath()
        outlines[name] = pen.glyph()
    for name, glyph in outlines.items():
        font["glyf"][name] = glyph
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (font["hmtx"][name][0], glyph.xMin)


def main(text_font, math_font, target):
    known = TTFont(text_font).getBestCmap()
    with tempfile.TemporaryDirectory() as folder:
        parts = [os.path.join(folder, name) for name in ("text.ttf", "math.ttf")]
        subset_to(text_font, [c for c in LETTERS if ord(c) in known], parts[0])
        subset_to(math_font, [c for c in LETTERS if ord(c) not in known], parts[1])
        font = merge.Merger().merge(parts)
        text, math = map(TTFont, parts)
    # Line height and names are those of the text font.
    for key in ("ascent", "descent", "lineGap"):
        setattr(font["hhea"], key, getattr(text["hhea"], key))
    font["name"] = text["name"]
    for record in font["name"].names:
        if record.nameID == 0:
            record.string = f"{record.toUnicode()} {math['name'].getDebugName(0)}"
        elif record.nameID in (1, 4):
            record.string = "Noto Sans Plot"
        elif record.nameID == 6:
            record.string = "NotoSansPlot-Regular"
    anchor_at_origin(font)
    font.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
