/* Where boxes of nodes and pods in them stand. */
const HEAD = 30, GAP_SHARE = 0.07;
let layout = {boxes: [], heads: [], height: 0, size: 0};

function compareNodes(a, b) {
  const difference = view.order === "name" ? 0 : (share(a, view.resource) - share(b, view.resource)) * (view.order === "full" ? -1 : 1);
  return difference || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/* [{title, nodes}] in order. */
function parts() {
  if (!view.sections) return [{title: "", nodes: [...nodes].sort(compareNodes)}];
  const groups = new Map();
  for (const node of nodes) {
    const value = node.labels[view.sections];
    const title = value === undefined ? "(without the label)" : value || "(empty)";
    if (!groups.has(title)) groups.set(title, []);
    groups.get(title).push(node);
  }
  return [...groups].sort(([a], [b]) => a.localeCompare(b, "en", {numeric: true}))
    .map(([title, list]) => ({title, nodes: list.sort(compareNodes)}));
}

/* Widths by capacity, in boxes of the usual one. */
function widths() {
  if (view.boxes === "equal") return () => 1;
  const known = nodes.map(node => node.capacity[view.resource]).filter(value => value > 0).sort((a, b) => a - b);
  const usual = known.length ? known[Math.floor(known.length / 2)] : 1;
  return node => Math.min(6, Math.max(0.35, node.capacity[view.resource] / usual));
}

/* A size at which everything is in sight, if it can be. */
function fittingSize(width, height, list, relative) {
  const total = sum(nodes, relative) || 1;
  const free = Math.max(60, height - list.filter(part => part.title).length * (HEAD + 6));
  let size = Math.sqrt(width * free / total) * 0.97;
  for (let i = 0; i < 60 && size > 12 && measure(width, size, list, relative) > height; i++) size *= 0.97;
  return Math.min(360, Math.max(20, size));
}

function place(width, size, list, relative, put) {
  const gap = Math.max(3, Math.min(12, size * GAP_SHARE));
  let y = gap;
  for (const part of list) {
    if (part.title) {
      put.head(part, y);
      y += HEAD;
    }
    let x = gap;
    for (const node of part.nodes) {
      const w = Math.max(6, Math.min(width - 2 * gap, size * relative(node) - gap));
      if (x > gap && x + w > width - gap + 0.5) {
        x = gap;
        y += size;
      }
      put.box(node, x, y, w, size - gap);
      x += w + gap;
    }
    y += size + (part.title ? 6 : 0);
  }
  return y;
}

function measure(width, size, list, relative) {
  return place(width, size, list, relative, {head() {}, box() {}});
}

function arrange(width, height) {
  const list = parts(), relative = widths();
  const size = Math.min(1200, Math.max(8, fittingSize(width, height, list, relative) * Math.pow(1.25, view.zoom)));
  layout = {boxes: [], heads: [], size, height: 0};
  layout.height = place(width, size, list, relative, {
    head(part, y) { layout.heads.push({part, y}); },
    box(node, x, y, w, h) { layout.boxes.push({node, x, y, w, h, pods: null}); },
  });
}

/* Squarified treemap (Bruls, Huizing, van Wijk 2000): items with a size into a rectangle. */
function squarify(items, x, y, w, h) {
  const rects = [];
  let total = sum(items, item => item.size), i = 0;
  while (i < items.length && w > 0 && h > 0) {
    const side = Math.min(w, h), area = w * h / total;
    let row = 0, end = i, worst = Infinity;
    for (; end < items.length; end++) {
      const next = row + items[end].size * area;
      const ratio = Math.max(side * side * items[i].size * area / (next * next), next * next / (side * side * items[end].size * area));
      if (ratio > worst) break;
      worst = ratio;
      row = next;
    }
    const thick = Math.min(row / side, Math.max(w, h));
    let along = 0;
    for (let j = i; j < end; j++) {
      const length = items[j].size * area / thick;
      rects.push(w >= h ? {pod: items[j].pod, x, y: y + along, w: thick, h: length} : {pod: items[j].pod, x: x + along, y, w: length, h: thick});
      along += length;
      total -= items[j].size;
    }
    if (w >= h) { x += thick; w -= thick; } else { y += thick; h -= thick; }
    i = end;
  }
  return rects;
}

/* The pods of a box, filled up from the bottom. */
function podsOf(box) {
  if (box.pods) return box.pods;
  const r = view.resource, node = box.node, top = headOf(box);
  const items = node.pods.filter(pod => pod.requests[r] > 0).map(pod => ({pod, size: pod.requests[r]})).sort((a, b) => b.size - a.size || a.pod.index - b.pod.index);
  const level = node.capacity[r] > 0 ? Math.min(1, share(node, r)) : items.length ? 1 : 0;
  const height = (box.h - top) * level;
  box.pods = items.length ? squarify(items, box.x, box.y + box.h - height, box.w, height) : [];
  return box.pods;
}

function headOf(box) { return box.w >= 92 && box.h >= 56 ? 21 : 0; }

function boxAt(x, y) {
  let low = 0, high = layout.boxes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (layout.boxes[middle].y + layout.boxes[middle].h < y) low = middle + 1; else high = middle;
  }
  for (let i = low; i < layout.boxes.length && layout.boxes[i].y <= y; i++)
    if (x >= layout.boxes[i].x && x <= layout.boxes[i].x + layout.boxes[i].w) return layout.boxes[i];
  return null;
}

function podAt(box, x, y) {
  const rect = podsOf(box).find(r => x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h);
  return rect ? rect.pod : null;
}
