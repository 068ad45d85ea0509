# Outlines of letters as `letters.rs` reads them, from the font Arimo (OFL-1.1): of each letter its code, its width and its path in
# units of the font, a line each. Needs fontTools:
#
#   python glyphs.py Arimo-Regular.ttf > regular.txt && python glyphs.py Arimo-Bold.ttf > bold.txt
import sys
from fontTools.pens.basePen import decomposeQuadraticSegment
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

font = TTFont(sys.argv[1])
letters, names = font.getGlyphSet(), font.getBestCmap()
ranges = [(0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x400, 0x45F), (0x2010, 0x2026), (0x2030, 0x2033), (0x20AC, 0x20AC),
          (0x2190, 0x2193), (0x2200, 0x2265)]
print(font["head"].unitsPerEm)
for code in (code for first, last in ranges for code in range(first, last + 1) if code in names):
    pen = DecomposingRecordingPen(letters)
    letters[names[code]].draw(pen)
    path = []
    for step, points in pen.value:
        if step == "moveTo":
            path.append("M%d %d" % points[0])
        elif step == "lineTo":
            path.append("L%d %d" % points[0])
        elif step == "qCurveTo":
            for (x1, y1), (x2, y2) in decomposeQuadraticSegment(points):
                path.append("Q%d %d %d %d" % (round(x1), round(y1), round(x2), round(y2)))
    print("%x %d %s" % (code, letters[names[code]].width, "".join(path)))
