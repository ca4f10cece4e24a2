"""Makes the two shipped fonts from Noto Sans 2.004; see README.md. Needs fontTools 4."""

import subprocess
import sys
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

SOURCE = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts/truetype/noto"
RANGES = "U+0020-007E,U+00A0-024F,U+02B0-036F,U+0370-03FF,U+0400-052F,U+1D2C-1D6A,U+1E00-1EFF,U+2000-200A,U+2010-2027,U+202F-205E,U+2070-209F,U+20A0-20BF,U+2100-214F,U+2190-2194,U+2212,U+2248,U+2260,U+2264-2265"
FROM_MATH = "\u2190\u2192\u2194\u2248\u2260\u2264\u2265"


def add(font, codepoint, name, glyph, advance):
    font.setGlyphOrder(font.getGlyphOrder() + [name])
    font["glyf"].glyphs[name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (advance, glyph.xMin)
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[codepoint] = name


def bar_of_plus(font):
    """The minus is the bar of the plus: same height, weight and width as the sign it stands beside."""
    xs, ys = zip(*font["glyf"]["plus"].coordinates)
    left, right = min(xs), max(xs)
    low, high = sorted(y for x, y in font["glyf"]["plus"].coordinates if x == left)
    pen = TTGlyphPen(None)
    for i, point in enumerate([(left, high), (right, high), (right, low), (left, low)]):
        pen.moveTo(point) if i == 0 else pen.lineTo(point)
    pen.closePath()
    return pen.glyph()


for weight in ("Regular", "Bold"):
    font = TTFont(f"{SOURCE}/NotoSans-{weight}.ttf", recalcTimestamp=False)
    math = TTFont(f"{SOURCE}/NotoSansMath-Regular.ttf")
    add(font, 0x2212, "minus", bar_of_plus(font), font["hmtx"]["plus"][0])
    for sign in FROM_MATH:
        name = math.getBestCmap()[ord(sign)]
        record, pen = DecomposingRecordingPen(math.getGlyphSet()), TTGlyphPen(None)
        math.getGlyphSet()[name].draw(record)
        record.replay(pen)
        add(font, ord(sign), f"math.{name}", pen.glyph(), math["hmtx"][name][0])
    whole = f"/tmp/whole-{weight}.ttf"
    font.save(whole)
    subprocess.run(
        ["pyftsubset", whole, f"--unicodes={RANGES}", "--layout-features=", "--no-hinting", "--desubroutinize",
         "--notdef-outline", "--name-IDs=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14", "--drop-tables+=DSIG,GlyphOrder,GPOS,GSUB,GDEF",
         "--no-recalc-timestamp", f"--output-file=NotoSans-{weight}.ttf"],
        check=True,
    )
