/* The page: a section for each rollout, and what the pointer shows. */
const rollouts = rolloutsOf(data.records);
for (const rollout of rollouts) {
  const times = [...rollout.samples, ...rollout.events].map(each => each.t);
  rollout.end = times.reduce((a, b) => Math.max(a, b), 0);
  rollout.end += Math.max(1000, (rollout.end - times.reduce((a, b) => Math.min(a, b), Infinity)) / 50);
  rollout.numbers = [...new Set(rollout.samples.flatMap(sample => sample.revisions.map(each => each.revision)))].sort((a, b) => b - a);
  rollout.analyses = analysesOf(rollout.samples, rollout.end);
}

function legend(rollout) {
  const box = element("div", "legend");
  for (const number of rollout.numbers) {
    const seen = rollout.samples.flatMap(sample => sample.revisions).find(each => each.revision === number);
    const key = element("i");
    key.style.background = colourOf(rollout, number);
    box.append(element("span", "", key, `revision ${number}${seen && seen.images ? " " + seen.images : ""}`));
  }
  return box;
}

function table(rollout, first) {
  const rows = element("table");
  for (const event of rollout.events) {
    const row = element("tr", event.isAction ? "action" : event.severity === "Warning" ? "warning" : "");
    row.append(element("td", "time", spanText(event.t - first)), element("td", "", event.reason || ""), element("td", "", event.message || ""));
    rows.append(row);
  }
  return element("details", "", element("summary", "", `${rollout.events.length} events`), rows);
}

function showTip(rollout, drawn, event, svg, cross) {
  const area = svg.getBoundingClientRect(), x = (event.clientX - area.left) * drawn.width / area.width, tip = byId("tip");
  const before = rollout.samples.filter(sample => drawn.scale.x(sample.t) <= x), sample = before[before.length - 1];
  tip.hidden = !sample || x < LEFT;
  cross.setAttribute("visibility", tip.hidden ? "hidden" : "visible");
  if (tip.hidden) return;
  cross.setAttribute("x1", x);
  cross.setAttribute("x2", x);
  tip.replaceChildren(element("b", "", `${spanText(sample.t - drawn.scale.first)} · ${sample.phase}${sample.stepCount ? ` · step ${Math.min(sample.step + 1, sample.stepCount)}/${sample.stepCount} ${sample.stepText}` : ""}`));
  for (const each of sample.revisions)
    tip.append(element("span", "", `revision ${each.revision} ${each.role}: ${each.ready}/${each.desired} ready${each.weight === undefined ? "" : `, ${each.weight} %`}`));
  if (sample.explanation) tip.append(element("span", "", sample.explanation));
  tip.style.left = Math.min(event.clientX + 14, innerWidth - 430) + "px";
  tip.style.top = Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8) + "px";
}

function draw() {
  const main = byId("rollouts"), width = Math.max(480, main.clientWidth - 68);
  main.replaceChildren();
  for (const rollout of rollouts) {
    const drawn = {width, ...picture(rollout, width, byId("scale").value)}, last = rollout.samples[rollout.samples.length - 1];
    const cross = make("line", {y1: 0, y2: drawn.height, class: "cross", visibility: "hidden"});
    const head = element("div", "head", element("h2", "", rollout.namespace === "default" ? rollout.name : rollout.key));
    if (last) head.append(element("span", "badge " + last.phase, last.phase));
    drawn.svg.append(cross);
    drawn.svg.addEventListener("pointermove", event => showTip(rollout, drawn, event, drawn.svg, cross));
    drawn.svg.addEventListener("pointerleave", () => { byId("tip").hidden = true; cross.setAttribute("visibility", "hidden"); });
    main.append(element("section", "rollout", head, element("p", "sentence", last ? last.explanation || "" : ""), legend(rollout), drawn.svg, table(rollout, drawn.scale.first)));
  }
}

byId("subtitle").textContent = data.title + (rollouts.length === 1 ? "" : ` · ${rollouts.length} rollouts`);
byId("scale").addEventListener("change", draw);
byId("theme").addEventListener("click", () => { document.documentElement.dataset.theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark"; });
if (matchMedia("(prefers-color-scheme: dark)").matches) document.documentElement.dataset.theme = "dark";
let width = 0;
addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; draw(); } });
draw();
