/* The data of the page as objects, amounts as text, and what is chosen. */
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const resources = data.resources;
const nodes = data.nodes.map((row, index) => ({
  index, name: row[0], capacity: row[1], labels: row[2], notes: row[3], pods: [], used: resources.map(() => 0),
  text: [row[0], ...Object.entries(row[2]).map(([key, value]) => key + "=" + value), ...row[3]].join(" ").toLowerCase(),
}));
const pods = data.pods.map((row, index) => ({
  index, name: row[0], namespace: data.namespaces[row[1]], group: data.groups[row[2]], node: row[3] < 0 ? null : nodes[row[3]],
  requests: row[4], priority: row[5], reason: row[6], wasThere: row[7] === 1,
  text: (data.namespaces[row[1]] + "/" + row[0] + " " + data.groups[row[2]]).toLowerCase(),
}));
const waiting = pods.filter(pod => !pod.node);
for (const pod of pods) {
  if (!pod.node) continue;
  pod.node.pods.push(pod);
  pod.requests.forEach((amount, i) => { pod.node.used[i] += amount; });
}
const sum = (list, value) => list.reduce((total, item) => total + value(item), 0);
const totals = resources.map((name, i) => ({
  name, capacity: sum(nodes, node => node.capacity[i]), used: sum(nodes, node => node.used[i]), waiting: sum(waiting, pod => pod.requests[i]),
}));
const share = (node, i) => node.capacity[i] > 0 ? node.used[i] / node.capacity[i] : 0;
/* What is chosen; at first the scarcest resource of those that most nodes have. */
const isCommon = i => nodes.filter(node => node.capacity[i] > 0).length * 2 >= nodes.length;
const view = {
  resource: totals.reduce((best, total, i) => isCommon(i) && (!isCommon(best) || ratio(total) > ratio(totals[best])) ? i : best, 0),
  colour: data.namespaces.length > 1 ? "namespace" : data.groups.filter(Boolean).length > 1 ? "group" : "request",
  sections: "", order: "name", boxes: "equal", zoom: 0, words: [], bin: -1, only: null, node: null,
};
function ratio(total) { return total.capacity > 0 ? (total.used + total.waiting) / total.capacity : 0; }
const NUMBER = new Intl.NumberFormat("en", {maximumFractionDigits: 0});
const SHORT = new Intl.NumberFormat("en", {maximumFractionDigits: 2});
const number = value => NUMBER.format(value);
const percent = value => (100 * value).toFixed(value > 0 && value < 0.1 ? 1 : value < 0.995 || value > 1 ? 1 : 0) + " %";
function isBytes(name) { return name === "memory" || name === "ephemeral-storage" || name.startsWith("hugepages-"); }
function amount(value, i) {
  const name = resources[i];
  if (!isBytes(name)) return value >= 100 ? number(value) : SHORT.format(value);
  let step = 0;
  for (; value >= 1024 && step < 6; step++) value /= 1024;
  return (value >= 100 ? number(value) : SHORT.format(Math.round(value * 10) / 10)) + " " + ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][step];
}
function shortName(resource) {
  return {"nvidia.com/gpu": "gpu", "amd.com/gpu": "gpu (amd)", "korch.dev/gpu": "gpu", "ephemeral-storage": "storage"}[resource] || resource;
}
/* With its unit, where there is one. */
const measured = (value, i) => amount(value, i) + (resources[i] === "cpu" ? value === 1 ? " core" : " cores" : isBytes(resources[i]) ? "" : " " + shortName(resources[i]));
const plural = (count, word) => number(count) + " " + word + (count === 1 ? "" : "s");
/* Labels that split the nodes into a few parts. */
function sectionKeys() {
  const found = new Map();
  for (const node of nodes)
    for (const [key, value] of Object.entries(node.labels)) {
      if (!found.has(key)) found.set(key, new Map());
      const values = found.get(key);
      values.set(value, (values.get(value) || 0) + 1);
    }
  return [...found].filter(([, values]) => values.size > 1 || [...values.values()][0] < nodes.length)
    .filter(([, values]) => values.size <= Math.max(2, Math.min(40, nodes.length / 2))).map(([key]) => key).sort();
}
