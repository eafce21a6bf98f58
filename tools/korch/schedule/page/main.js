/* Choices, pointer and keys. */
function refresh() {
  chooseColours();
  arrange(map.clientWidth, map.clientHeight);
  byId("space").style.height = Math.max(layout.height, map.clientHeight) + "px";
  hover = {box: null, pod: null};
  byId("tip").hidden = true;
  showTiles();
  showHistogram();
  showLegend();
  showPending();
  showDetails();
  const shown = pods.filter(pod => pod.node && isMatch(pod));
  byId("matches").textContent = isFiltered() ? plural(shown.length, "pod") + " on " + plural(new Set(shown.map(pod => pod.node)).size, "node") + " match" : "";
  redraw();
}

function pick(event) {
  const area = map.getBoundingClientRect();
  const x = event.clientX - area.left - map.clientLeft, y = event.clientY - area.top - map.clientTop + map.scrollTop;
  const box = boxAt(x, y);
  return {box, pod: box && podAt(box, x, y)};
}

map.addEventListener("pointermove", event => {
  if (event.pointerType === "touch") return;
  const found = pick(event);
  const isSame = found.box === hover.box && found.pod === hover.pod;
  hover = found;
  showTip(event.clientX, event.clientY);
  if (!isSame) redraw();
});
map.addEventListener("pointerleave", () => { hover = {box: null, pod: null}; showTip(0, 0); redraw(); });
map.addEventListener("click", event => {
  const found = pick(event);
  view.node = found.box ? found.box.node : null;
  showDetails();
  if (event.pointerType === "touch") { hover = found; showTip(event.clientX, event.clientY); }
  redraw();
});
map.addEventListener("scroll", () => { byId("tip").hidden = true; draw(); });
map.addEventListener("keydown", event => {
  const steps = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: "up", ArrowDown: "down"}, step = steps[event.key];
  if (event.key === "Escape") view.node = null;
  else if (step !== undefined && layout.boxes.length) {
    const at = layout.boxes.findIndex(box => box.node === view.node), box = layout.boxes[at];
    let next = at < 0 ? 0 : typeof step === "number" ? at + step : at;
    if (box && typeof step === "string") {
      const rest = layout.boxes.filter(other => step === "up" ? other.y < box.y : other.y > box.y);
      const row = rest.filter(other => other.y === (step === "up" ? rest[rest.length - 1].y : rest[0].y));
      if (row.length) next = layout.boxes.indexOf(row.reduce((best, other) => Math.abs(other.x - box.x) < Math.abs(best.x - box.x) ? other : best));
    }
    const found = layout.boxes[Math.min(layout.boxes.length - 1, Math.max(0, next))];
    view.node = found.node;
    if (found.y < map.scrollTop) map.scrollTop = found.y - 10;
    if (found.y + found.h > map.scrollTop + map.clientHeight) map.scrollTop = found.y + found.h - map.clientHeight + 10;
  } else return;
  event.preventDefault();
  showDetails();
  redraw();
});

function fillSelect(id, options, chosen) {
  byId(id).replaceChildren(...options.map(([value, text]) => { const option = make("option", {value}, text); option.selected = value === chosen; return option; }));
}
function bind(id, field, convert) {
  byId(id).addEventListener("input", () => { view[field] = convert ? convert(byId(id).value) : byId(id).value; view.only = field === "colour" ? null : view.only; refresh(); });
}
function setTheme(name) {
  document.documentElement.dataset.theme = name;
  readTheme();
  refresh();
}

/* What the address asks for: #resource=memory&filter=web&colour=group&sections=…&order=full&boxes=capacity&node=… */
function readAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const resource = resources.indexOf(wanted.get("resource"));
  if (resource >= 0) view.resource = resource;
  for (const id of ["filter", "colour", "sections", "order", "boxes", "zoom"]) {
    if (!wanted.has(id)) continue;
    byId(id).value = wanted.get(id);
    byId(id).dispatchEvent(new Event("input"));
  }
  view.node = nodes.find(node => node.name === wanted.get("node")) || view.node;
  if (["light", "dark"].includes(wanted.get("theme"))) document.documentElement.dataset.theme = wanted.get("theme");
}

const keys = sectionKeys();
const LIKELY = ["nvidia.com/gpu.product", "topology.kubernetes.io/zone", "node.kubernetes.io/instance-type"];
if (nodes.length > 24) view.sections = LIKELY.find(key => keys.includes(key)) || "";
fillSelect("sections", [["", "none"], ...keys.map(key => [key, key.replace(/^.*\//, "")])], view.sections);
fillSelect("colour", [["namespace", "namespace"], ["group", "group"], ["request", "size of request"]], view.colour);
bind("colour", "colour");
bind("sections", "sections");
bind("order", "order");
bind("boxes", "boxes");
bind("zoom", "zoom", Number);
bind("filter", "words", text => text.toLowerCase().split(/\s+/).filter(Boolean));
byId("subtitle").textContent = plural(nodes.length, "node") + ", " + plural(pods.length, "pod") + " · profile " + data.profile;
const dark = window.matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));
byId("theme").onclick = () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
new ResizeObserver(() => { if (map.clientWidth) refresh(); }).observe(map);
setTheme(dark.matches ? "dark" : "light");
readAddress();
setTheme(document.documentElement.dataset.theme);
