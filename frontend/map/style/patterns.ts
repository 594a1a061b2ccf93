/** Fill patterns and small icons, drawn here so that no picture has to be fetched. */

const SIZE = 16;
const patterns = new Map<string, CanvasPattern | string>();

type Pen = (context: CanvasRenderingContext2D) => void;

function strokes(...lines: [number, number, number, number][]): Pen {
  return (context) => {
    context.beginPath();
    for (const [x1, y1, x2, y2] of lines) {
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
    }
    context.stroke();
  };
}

function dots(context: CanvasRenderingContext2D): void {
  for (const [x, y] of [[4, 4], [12, 12]] as const) {
    context.beginPath();
    context.arc(x, y, 1.9, 0, 2 * Math.PI);
    context.fill();
  }
}

const HATCH = strokes([-2, 10, 10, -2], [-2, 18, 18, -2], [6, 18, 18, 6]);
const PENS: Record<string, Pen> = {
  hatch: HATCH,
  "hatch-back": strokes([-2, 6, 10, 18], [-2, -2, 18, 18], [6, -2, 18, 10]),
  dots,
  lines: strokes([0, 4, 16, 4], [0, 12, 16, 12]),
  cross: strokes([8, 5, 8, 11], [5, 8, 11, 8]),
};

/** Return a pattern as a fill; its 16 px divide the tile, so that tiles join without a seam. */
export function pattern(name: string, colour: string, ratio = 1): CanvasPattern | string {
  const key = `${name}/${colour}/${ratio}`;
  let found = patterns.get(key);
  if (found === undefined) {
    found = paint(PENS[name] ?? HATCH, colour, ratio);
    patterns.set(key, found);
  }
  return found;
}

function paint(pen: Pen, colour: string, ratio: number): CanvasPattern | string {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE * ratio;
  const context = canvas.getContext("2d");
  if (!context) return colour;
  context.scale(ratio, ratio);
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 2;
  pen(context);
  return context.createPattern(canvas, "repeat") ?? colour;
}

/** Outlines of the icons in a 16 × 16 square, as SVG paths. */
export const SHAPES: Record<string, string> = {
  square: "M3 3h10v10H3z",
  circle: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11z",
  triangle: "M8 2.5 14 13H2z",
  diamond: "M8 1.5 14.5 8 8 14.5 1.5 8z",
  drop: "M8 1.5c3 4 4.5 6 4.5 8.3a4.5 4.5 0 0 1-9 0C3.500 7.500 5 5.500 8 1.500z",
  cross: "M6 2h4v4h4v4h-4v4H6v-4H2V6h4z",
  star: "M8 1.500l2 4.300 4.700.600-3.400 3.200.900 4.700L8 12l-4.200 2.300.900-4.700L1.300 6.400 6 5.800z",
  lamp: "M8 2a4.500 4.500 0 0 1 2.500 8.200V12h-5v-1.800A4.500 4.500 0 0 1 8 2zM6 13h4v1.500H6z",
  hydrant: "M6 14V7H4V5h2a2 2 0 0 1 4 0h2v2h-2v7z",
  tank: "M2 5a6 2.500 0 0 1 12 0v6a6 2.500 0 0 1-12 0z",
  pump: "M8 2.500a5.500 5.500 0 1 1 0 11a5.500 5.500 0 1 1 0-11zM6 5l5 3-5 3z",
  mosque: "M2 14V9c0-2 2-3 3.500-4L8 2l2.500 3C12 6 14 7 14 9v5z",
  school: "M1.500 7 8 3l6.500 4v1H13v6H3V8H1.500z",
  hospital: "M2.500 2.500h11v11h-11zM7 4.500v2.500H4.500v2H7v2.500h2V9h2.500V7H9V4.500z",
  park: "M8 1.500a4 4 0 0 1 3.600 5.700A3.300 3.300 0 0 1 9 11v3.500H7V11a3.300 3.300 0 0 1-2.600-3.800A4 4 0 0 1 8 1.500z",
  office: "M3 2h10v12H3zM5 4.500v1.500h2V4.500zM9 4.500v1.500h2V4.500zM5 8v1.500h2V8zM9 8v1.500h2V8z",
};

const icons = new Map<string, HTMLCanvasElement>();

/** Draw an icon with a halo onto a canvas of its own. */
export function iconImage(name: string, colour: string, halo: string, size: number, ratio: number): HTMLCanvasElement {
  const key = [name, colour, halo, size, ratio].join("/");
  let canvas = icons.get(key);
  if (canvas) return canvas;
  canvas = document.createElement("canvas");
  const side = size + 4;
  canvas.width = canvas.height = Math.ceil(side * ratio);
  const context = canvas.getContext("2d");
  if (context) {
    context.scale((side * ratio) / 20, (side * ratio) / 20);
    context.translate(2, 2);
    const outline = new Path2D(SHAPES[name] ?? SHAPES["circle"]);
    context.lineJoin = "round";
    context.strokeStyle = halo;
    context.lineWidth = 3;
    context.stroke(outline);
    context.fillStyle = colour;
    context.fill(outline, "evenodd");
  }
  icons.set(key, canvas);
  return canvas;
}
