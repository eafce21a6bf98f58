/* One rollout as a picture. */
const LEFT = 92, RIGHT = 12, SVG = "http://www.w3.org/2000/svg";

function make(name, attributes, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function element(name, className, ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/* From time to x: in proportion, or each happening as far from the next one. */
function scaleOf(rollout, width, kind) {
  const times = [...new Set([...rollout.samples, ...rollout.events].map(each => each.t))].sort((a, b) => a - b);
  const first = times[0], last = Math.max(rollout.end, first + 1), room = width - LEFT - RIGHT;
  if (kind === "time" || times.length < 3) return {first, last, x: t => LEFT + room * (t - first) / (last - first)};
  if (times[times.length - 1] < last) times.push(last);
  const x = t => {
    let low = 0, high = times.length - 1;
    while (high - low > 1) { const middle = (low + high) >> 1; if (times[middle] <= t) low = middle; else high = middle; }
    const part = Math.min(1, Math.max(0, (t - times[low]) / (times[high] - times[low])));
    return LEFT + room * (low + part) / (times.length - 1);
  };
  return {first, last, x, times};
}

function band(svg, scale, y, height, list, paint) {
  for (const each of list) {
    const x0 = scale.x(each.from), x1 = Math.max(scale.x(each.to), x0 + 1);
    const {className, text, title, textClass} = paint(each);
    const rect = make("rect", {x: x0, y, width: x1 - x0, height, rx: 3, class: className});
    rect.append(make("title", {}, title || text));
    svg.append(rect);
    const room = Math.floor((x1 - x0 - 8) / 6.2);
    if (room >= 3) svg.append(make("text", {x: x0 + 4, y: y + height / 2 + 4, class: textClass}, text.length > room ? text.slice(0, room - 1) + "…" : text));
  }
}

function label(svg, y, text) {
  svg.append(make("text", {x: 0, y, class: "label"}, text));
}

function colourOf(rollout, number) {
  const index = rollout.numbers.indexOf(number);
  return `var(--r${(rollout.numbers.length - 1 - index) % 6})`;
}

/* Stacked shares of the traffic, as steps. */
function weights(svg, rollout, scale, y, height) {
  label(svg, y + 12, "weights");
  for (const part of [0, 50, 100]) {
    const at = y + height * (1 - part / 100);
    svg.append(make("line", {x1: LEFT, x2: scale.x(scale.last), y1: at, y2: at, class: "grid"}));
    svg.append(make("text", {x: LEFT - 6, y: at + 4, "text-anchor": "end"}, part + "%"));
  }
  const below = rollout.samples.map(() => 0);
  for (const number of rollout.numbers) {
    const top = [], bottom = [];
    rollout.samples.forEach((sample, i) => {
      const found = sample.revisions.find(each => each.revision === number);
      const from = below[i], to = below[i] += found && found.weight ? found.weight : 0;
      const x0 = scale.x(sample.t), x1 = scale.x(i + 1 < rollout.samples.length ? rollout.samples[i + 1].t : scale.last);
      const up = value => (y + height * (1 - value / 100)).toFixed(1);
      top.push(`${x0.toFixed(1)},${up(to)}`, `${x1.toFixed(1)},${up(to)}`);
      bottom.unshift(`${x1.toFixed(1)},${up(from)}`, `${x0.toFixed(1)},${up(from)}`);
    });
    svg.append(make("polygon", {points: top.concat(bottom).join(" "), fill: colourOf(rollout, number), "fill-opacity": 0.75}));
  }
}

/* Ready pods of each revision as lines; what is wanted is dashed. */
function pods(svg, rollout, scale, y, height) {
  const most = Math.max(1, ...rollout.samples.flatMap(sample => sample.revisions.map(each => Math.max(each.ready, each.desired))));
  label(svg, y + 12, "pods ready");
  for (const part of [0, most]) {
    const at = y + height * (1 - part / most);
    svg.append(make("line", {x1: LEFT, x2: scale.x(scale.last), y1: at, y2: at, class: "grid"}));
    svg.append(make("text", {x: LEFT - 6, y: at + 4, "text-anchor": "end"}, String(part)));
  }
  for (const number of rollout.numbers) for (const [member, style] of [["desired", {"stroke-dasharray": "2 3", "stroke-width": 1}], ["ready", {"stroke-width": 2}]]) {
    const points = [];
    rollout.samples.forEach((sample, i) => {
      const found = sample.revisions.find(each => each.revision === number);
      const at = (y + height * (1 - (found ? found[member] : 0) / most)).toFixed(1);
      const next = scale.x(i + 1 < rollout.samples.length ? rollout.samples[i + 1].t : scale.last);
      points.push(`${scale.x(sample.t).toFixed(1)},${at}`, `${next.toFixed(1)},${at}`);
    });
    svg.append(make("polyline", {points: points.join(" "), fill: "none", stroke: colourOf(rollout, number), ...style}));
  }
}

function metric(svg, scale, y, height, each) {
  const points = each.points.filter(point => typeof point.value === "number");
  const least = Math.min(...points.map(point => point.value)), greatest = Math.max(...points.map(point => point.value));
  const up = value => greatest > least ? y + height - 4 - (height - 8) * (value - least) / (greatest - least) : y + height / 2;
  label(svg, y + 12, each.name.length > 13 ? each.name.slice(0, 12) + "…" : each.name);
  if (points.length) {
    svg.append(make("text", {x: LEFT - 6, y: y + 26, "text-anchor": "end"}, greatest > least ? `${+least.toPrecision(3)}–${+greatest.toPrecision(3)}` : String(+least.toPrecision(3))));
    svg.append(make("polyline", {points: points.map(point => `${scale.x(point.t).toFixed(1)},${up(point.value).toFixed(1)}`).join(" "), fill: "none", stroke: "var(--faint)"}));
  }
  for (const point of each.points) {
    const isBad = ["Failed", "Error", "Inconclusive"].includes(point.outcome);
    const dot = make("circle", {cx: scale.x(point.t), cy: typeof point.value === "number" ? up(point.value) : y + height / 2, r: isBad ? 3.5 : 2, class: isBad ? "bad" : "ok"});
    dot.append(make("title", {}, `${each.name} ${point.value === null ? "" : point.value} ${point.outcome || ""}`));
    svg.append(dot);
  }
}

function axis(svg, scale, y, top) {
  const span = scale.last - scale.first, steps = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 604800].map(s => s * 1000);
  const step = steps.find(each => span / each <= 12) || span;
  const ticks = scale.times ? scale.times.filter((_, i) => i % Math.ceil(scale.times.length / 10) === 0) : [];
  if (!scale.times) for (let t = 0; t <= span; t += step) ticks.push(scale.first + t);
  svg.append(make("line", {x1: LEFT, x2: scale.x(scale.last), y1: y, y2: y, class: "axis"}));
  for (const t of ticks) {
    svg.append(make("line", {x1: scale.x(t), x2: scale.x(t), y1: top, y2: y + 4, class: "grid"}));
    svg.append(make("text", {x: scale.x(t), y: y + 16, "text-anchor": "middle"}, spanText(t - scale.first)));
  }
}

function marks(svg, rollout, scale, y, height) {
  label(svg, y + 12, "events");
  for (const event of rollout.events) {
    const mark = make("line", {x1: scale.x(event.t), x2: scale.x(event.t), y1: y, y2: y + height, class: "mark" + (event.severity === "Warning" ? " warning" : "") + (event.isAction ? " action" : "")});
    mark.append(make("title", {}, `${spanText(event.t - scale.first)}  ${event.reason}: ${event.message}`));
    svg.append(mark);
  }
}

function picture(rollout, width, kind) {
  const scale = scaleOf(rollout, width, kind), svg = make("svg", {role: "img", "aria-label": "Timeline of " + rollout.key});
  const stepsOf = sample => sample.phase === "Healthy" ? -1 : sample.step;
  let y = 4;
  const body = make("g");
  const rows = [
    [22, at => { label(body, at + 15, "phase"); band(body, scale, at, 20, stretches(rollout.samples, rollout.end, sample => sample.phase), each => ({className: each.value, text: each.value, textClass: "on", title: `${each.value}, ${spanText(each.to - each.from)}`})); }],
    [22, at => { label(body, at + 15, "step"); band(body, scale, at, 20, stretches(rollout.samples, rollout.end, stepsOf).filter(each => each.value >= 0 && each.sample.stepCount),
      each => ({className: "step", textClass: "steptext", text: each.value >= each.sample.stepCount ? "done" : `${each.value + 1}/${each.sample.stepCount} ${each.sample.stepText}`, title: `step ${each.value + 1}/${each.sample.stepCount} ${each.sample.stepText}, ${spanText(each.to - each.from)}`})); }],
    [110, at => weights(body, rollout, scale, at, 106)],
    [64, at => pods(body, rollout, scale, at, 60)],
  ];
  for (const analysis of rollout.analyses) {
    rows.push([20, at => { label(body, at + 14, "analysis"); band(body, scale, at, 18, [analysis], () => ({className: analysis.phase, textClass: "on", text: `${analysis.name} ${analysis.phase}`, title: `${analysis.name} (${analysis.part}) ${analysis.phase} ${analysis.message || ""}`})); }]);
    for (const each of analysis.metrics.values()) rows.push([44, at => metric(body, scale, at, 40, each)]);
  }
  rows.push([20, at => marks(body, rollout, scale, at, 16)]);
  for (const [height, paint] of rows) { paint(y); y += height + 8; }
  axis(svg, scale, y, 0);
  svg.append(body);
  svg.setAttribute("viewBox", `0 0 ${width} ${y + 22}`);
  svg.setAttribute("height", y + 22);
  return {svg, scale, height: y};
}
