/* Painting the map: only what is in sight. */
const canvas = document.getElementById("canvas"), map = document.getElementById("map"), pen = canvas.getContext("2d");
let theme = {}, colours = {keys: [], of: () => "#888"}, hover = {box: null, pod: null};

function readTheme() {
  const style = getComputedStyle(document.documentElement);
  theme = {};
  for (const name of ["page", "surface", "free", "line", "soft", "ink", "dim", "faint", "accent", "bad", "other", "shade0", "shade1"]) theme[name] = style.getPropertyValue("--" + name).trim();
  theme.slots = [0, 1, 2, 3, 4, 5, 6, 7].map(i => style.getPropertyValue("--c" + i).trim());
}

const channels = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
function blend(a, b, t) {
  const [one, other] = [channels(a), channels(b)];
  return "#" + one.map((value, i) => Math.round(value + (other[i] - value) * t).toString(16).padStart(2, "0")).join("");
}
function inkOn(hex) {
  const [r, g, b] = channels(hex).map(value => { value /= 255; return value <= 0.03928 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4); });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.32 ? "#14140f" : "#ffffff";
}

/* Labels leave out what all names begin with. */
const common = pods.length < 3 ? 0 : pods.reduce((length, pod) => { while (!pod.name.startsWith(pods[0].name.slice(0, length))) length--; return length; }, pods[0].name.length);
const label = pod => common >= 4 && pod.name.length > common ? pod.name.slice(common) : pod.name;

/* Eight colours for the greatest parts, grey for the others; or shades by the size of the request. */
function chooseColours() {
  if (view.colour === "request") {
    /* By rank, so that sizes which are near to each other still differ. */
    const sizes = pods.map(pod => pod.requests[view.resource]).filter(value => value > 0).sort((a, b) => a - b);
    const shades = new Map();
    sizes.forEach((size, i) => { if (!shades.has(size)) shades.set(size, blend(theme.shade0, theme.shade1, sizes.length > 1 ? i / (sizes.length - 1) : 0.5)); });
    colours = {keys: [], sizes, of: pod => shades.get(pod.requests[view.resource]) || theme.other};
    return;
  }
  const counts = new Map();
  for (const pod of pods) counts.set(pod[view.colour], (counts.get(pod[view.colour]) || 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const shown = sorted.length > 8 ? sorted.slice(0, 7) : sorted;
  const keys = shown.map(([key, count], i) => ({key, count, colour: theme.slots[i]}));
  if (sorted.length > 8) keys.push({key: null, count: sum(sorted.slice(7), item => item[1]), others: sorted.length - 7, colour: theme.other});
  const byKey = new Map(keys.filter(item => item.key !== null).map(item => [item.key, item.colour]));
  colours = {keys, of: pod => byKey.get(pod[view.colour]) || theme.other, has: key => byKey.has(key)};
}

function isMatch(pod) {
  if (view.only && !(view.only.key === null ? !colours.has(pod[view.colour]) : pod[view.colour] === view.only.key)) return false;
  if (view.bin >= 0 && (!pod.node || binOf(pod.node) !== view.bin)) return false;
  return view.words.every(word => pod.text.includes(word) || (pod.node && pod.node.text.includes(word)));
}
function isNodeMatch(node) {
  if (view.bin >= 0 && binOf(node) !== view.bin) return false;
  return view.words.every(word => node.text.includes(word)) || node.pods.some(isMatch);
}
const isFiltered = () => view.words.length > 0 || view.bin >= 0 || view.only !== null;

function cut(text, width) {
  if (pen.measureText(text).width <= width) return text;
  let low = 0, high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pen.measureText(text.slice(0, middle) + "…").width <= width) low = middle; else high = middle - 1;
  }
  return low > 1 ? text.slice(0, low) + "…" : "";
}

function drawPod(rect, gap) {
  const colour = colours.of(rect.pod), isDim = isFiltered() && !isMatch(rect.pod);
  pen.globalAlpha = isDim ? 0.13 : 1;
  pen.fillStyle = colour;
  const inset = rect.w > 5 && rect.h > 5 ? gap : 0.25;
  pen.fillRect(rect.x + inset, rect.y + inset, Math.max(0.5, rect.w - 2 * inset), Math.max(0.5, rect.h - 2 * inset));
  if (!isDim && rect.w > 38 && rect.h > 17) {
    pen.fillStyle = inkOn(colour);
    pen.font = "11px system-ui, sans-serif";
    pen.fillText(cut(label(rect.pod), rect.w - 10), rect.x + 6, rect.y + 14);
    if (rect.h > 33) {
      pen.globalAlpha = 0.78;
      pen.fillText(cut(measured(rect.pod.requests[view.resource], view.resource), rect.w - 10), rect.x + 6, rect.y + 28);
    }
  }
  pen.globalAlpha = 1;
}

function hatch(x, y, w, h) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, w, h);
  pen.clip();
  pen.strokeStyle = theme.line;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let i = -h; i < w; i += 7) {
    pen.moveTo(x + i, y + h);
    pen.lineTo(x + i + h, y);
  }
  pen.stroke();
  pen.restore();
}

function drawBox(box) {
  const node = box.node, top = headOf(box), r = view.resource, has = node.capacity[r] > 0;
  const isDim = isFiltered() && !isNodeMatch(node);
  if (top) {
    pen.globalAlpha = isDim ? 0.35 : 1;
    pen.font = "600 11.5px system-ui, sans-serif";
    const text = has ? percent(share(node, r)) : "none";
    const width = pen.measureText(text).width;
    pen.fillStyle = theme.ink;
    pen.fillText(cut(node.name, box.w - width - 12), box.x + 1, box.y + 14);
    pen.fillStyle = theme.dim;
    pen.fillText(text, box.x + box.w - width - 1, box.y + 14);
  }
  pen.globalAlpha = isDim ? 0.4 : 1;
  pen.fillStyle = has ? theme.free : theme.surface;
  pen.fillRect(box.x, box.y + top, box.w, box.h - top);
  if (node.notes.includes("unschedulable")) hatch(box.x, box.y + top, box.w, box.h - top);
  pen.globalAlpha = 1;
  for (const rect of podsOf(box)) drawPod(rect, box.w > 60 ? 0.75 : 0.5);
  pen.strokeStyle = share(node, r) > 1 ? theme.bad : theme.line;
  pen.lineWidth = 1;
  if (box.w > 18 || share(node, r) > 1 || !node.pods.length) pen.strokeRect(box.x - 0.5, box.y + top - 0.5, box.w + 1, box.h - top + 1);
}

function drawHead(head, width) {
  const list = head.part.nodes, r = view.resource;
  const capacity = sum(list, node => node.capacity[r]), used = sum(list, node => node.used[r]);
  const about = plural(list.length, "node") + (capacity > 0 ? "  ·  " + amount(used, r) + " of " + measured(capacity, r) + "  ·  " + percent(used / capacity) : "");
  pen.font = "600 13px system-ui, sans-serif";
  pen.fillStyle = theme.ink;
  const title = cut(head.part.title, width * 0.5);
  pen.fillText(title, 12, head.y + 19);
  const start = 12 + pen.measureText(title).width + 12;
  pen.font = "12.5px system-ui, sans-serif";
  pen.fillStyle = theme.dim;
  pen.fillText(cut(about, width - start - 12), start, head.y + 19);
}

function outline(box, pod) {
  const rect = pod && podsOf(box).find(item => item.pod === pod);
  pen.strokeStyle = theme.ink;
  pen.lineWidth = 2;
  const room = headOf(box) ? 3 : 1;
  pen.strokeRect(box.x - room, box.y - room, box.w + 2 * room, box.h + 2 * room);
  if (rect) pen.strokeRect(rect.x + 1, rect.y + 1, Math.max(1, rect.w - 2), Math.max(1, rect.h - 2));
}

function draw() {
  const width = map.clientWidth, height = map.clientHeight, scale = window.devicePixelRatio || 1, top = map.scrollTop;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.width = width + "px";
    canvas.style.height = height + "px";
  }
  pen.setTransform(scale, 0, 0, scale, 0, -top * scale);
  pen.clearRect(0, top, width, height);
  for (const head of layout.heads) if (head.y < top + height && head.y + HEAD > top) drawHead(head, width);
  for (const box of layout.boxes) if (box.y < top + height && box.y + box.h > top) drawBox(box);
  const chosen = view.node && layout.boxes.find(box => box.node === view.node);
  if (chosen) outline(chosen, null);
  if (hover.box) outline(hover.box, hover.pod);
}
let isQueued = false;
function redraw() {
  if (isQueued) return;
  isQueued = true;
  requestAnimationFrame(() => { isQueued = false; draw(); });
}
