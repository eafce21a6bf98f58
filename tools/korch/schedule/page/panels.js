/* What stands around the map: tiles, histogram, legend, pending pods, details. */
const byId = id => document.getElementById(id);
function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties || {}))
    if (key === "class") element.className = value; else if (key.startsWith("on")) element[key] = value; else element.setAttribute(key, value);
  element.append(...children.filter(child => child !== null));
  return element;
}
function meter(used, waitingShare) {
  const bar = make("span", {class: "meter"});
  const full = make("i", used > 1 ? {class: "over"} : {});
  full.style.width = Math.min(100, used * 100) + "%";
  bar.append(full);
  if (waitingShare > 0 && used < 1) {
    const more = make("i", {class: "wait"});
    more.style.width = Math.min(100 - used * 100, waitingShare * 100) + "%";
    bar.append(more);
  }
  return bar;
}

function showTiles() {
  const placed = pods.length - waiting.length, used = nodes.filter(node => node.pods.length).length;
  const given = pods.filter(pod => pod.wasThere).length;
  const tile = (label, value, of, note, isAlert) => make("div", {class: "tile" + (isAlert ? " alert" : "")}, make("div", {class: "label"}, label),
    make("div", {class: "value"}, value, make("small", {}, of)), make("div", {class: "note"}, note));
  byId("tiles").replaceChildren(
    tile("Pods placed", number(placed), " of " + number(pods.length), given ? number(given) + (given === 1 ? " was" : " were") + " there before" : waiting.length ? percent(placed / pods.length) : "all of them"),
    tile("Pending", number(waiting.length), waiting.length === 1 ? " pod" : " pods", waiting.length ? plural(new Set(waiting.map(pod => causes(pod.reason))).size, "reason") : "nothing waits", waiting.length > 0),
    tile("Nodes used", number(used), " of " + number(nodes.length), nodes.length - used ? number(nodes.length - used) + " empty" : "none is empty"),
    ...totals.map((total, i) => make("button", {class: "tile", type: "button", "aria-pressed": String(i === view.resource), title: total.name, onclick: () => { view.resource = i; view.bin = -1; refresh(); }},
      make("div", {class: "label"}, shortName(total.name), total.waiting ? make("span", {}, "+" + amount(total.waiting, i) + " pending") : null),
      make("div", {class: "value"}, total.capacity > 0 ? percent(total.used / total.capacity) : "–"),
      meter(total.capacity > 0 ? total.used / total.capacity : 0, total.capacity > 0 ? total.waiting / total.capacity : 0),
      make("div", {class: "note"}, amount(total.used, i) + " of " + measured(total.capacity, i)))));
}

function binOf(node) {
  const r = view.resource;
  return node.capacity[r] > 0 ? Math.min(9, Math.floor(share(node, r) * 10 + 1e-9)) : -1;
}
function svg(tag, properties, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(properties)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}
function showHistogram() {
  const counts = new Array(10).fill(0), has = nodes.filter(node => node.capacity[view.resource] > 0);
  for (const node of has) counts[binOf(node)]++;
  const most = Math.max(1, ...counts), picture = svg("svg", {viewBox: "0 0 290 128", role: "img", "aria-label": "Number of nodes by utilisation"});
  picture.append(svg("line", {x1: 0, x2: 290, y1: 108.5, y2: 108.5, stroke: "var(--line)"}));
  counts.forEach((count, i) => {
    const height = count ? Math.max(2, 84 * count / most) : 0, x = i * 29, group = svg("g", view.bin === i ? {class: "on"} : {});
    group.append(svg("title", {}, plural(count, "node") + " between " + i * 10 + " and " + (i + 1) * 10 + " %"));
    if (count) group.append(svg("path", {class: "bar", d: `M${x + 1.5} 108v${-height + 2}q0 -2 2 -2h22q2 0 2 2v${height - 2}z`}), svg("text", {x: x + 14.5, y: 103 - height, "text-anchor": "middle"}, number(count)));
    const slot = svg("rect", {class: "slot", x, y: 0, width: 29, height: 110});
    slot.onclick = () => { view.bin = view.bin === i || !count ? -1 : i; refresh(); };
    group.append(slot);
    picture.append(group);
  });
  for (const i of [0, 2, 4, 6, 8, 10]) picture.append(svg("text", {x: Math.min(290, i * 29), y: 122, "text-anchor": i === 0 ? "start" : i === 10 ? "end" : "middle"}, i * 10 + (i === 10 ? " %" : "")));
  byId("histogram").className = view.bin >= 0 ? "chosen" : "";
  const without = nodes.length - has.length;
  byId("histogram").replaceChildren(make("h2", {}, "Nodes by utilisation of " + shortName(resources[view.resource])), picture, without ? make("p", {class: "sub"}, plural(without, "node") + " without " + shortName(resources[view.resource])) : "");
}

function showLegend() {
  const legend = byId("legend");
  if (view.colour === "request") {
    const sizes = colours.sizes;
    legend.replaceChildren(make("h2", {}, "Colour: size of the request"), make("div", {class: "ramp"}),
      make("div", {class: "ends"}, make("span", {}, sizes.length ? amount(sizes[0], view.resource) : ""), make("span", {}, sizes.length ? amount(sizes[sizes.length >> 1], view.resource) : ""), make("span", {}, sizes.length ? amount(sizes[sizes.length - 1], view.resource) : "")));
    return;
  }
  const items = colours.keys.map(item => {
    const swatch = make("span", {class: "swatch"});
    swatch.style.background = item.colour;
    const isOn = view.only && view.only.key === item.key;
    return make("li", view.only && !isOn ? {class: "off"} : {}, make("button", {type: "button", "aria-pressed": String(Boolean(isOn)), onclick: () => { view.only = isOn ? null : item; refresh(); }},
      swatch, make("span", {class: "name"}, item.key === null ? "others (" + item.others + ")" : item.key || "(none)"), make("span", {class: "count"}, number(item.count))));
  });
  legend.replaceChildren(make("h2", {}, "Pods by " + view.colour), make("ul", {}, ...items));
}

/* A sentence without its numbers of nodes: pods with the same causes stand together. */
const causeCache = new Map();
function causes(reason) {
  if (!causeCache.has(reason)) {
    const text = data.reasons[reason] || "", mark = "nodes are available: ", start = text.indexOf(mark);
    const list = text.slice(start + mark.length).replace(/\.$/, "").split(/, (?=\d+ )/).map(cause => cause.replace(/^\d+ /, "")).sort();
    const lacking = list.filter(cause => cause.startsWith("Insufficient ")).map(cause => cause.slice(13));
    const others = list.filter(cause => !cause.startsWith("Insufficient "));
    causeCache.set(reason, start < 0 ? text : [...(lacking.length ? ["Insufficient " + lacking.join(", ")] : []), ...others].join(" · "));
  }
  return causeCache.get(reason);
}

function showPending() {
  const groups = new Map();
  for (const pod of waiting.filter(isMatch)) {
    const key = causes(pod.reason);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(pod);
  }
  const sorted = [...groups].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  const items = sorted.slice(0, 50).map(([cause, list]) => {
    const names = make("ul", {class: "names"});
    const details = make("details", {}, make("summary", {}, make("b", {}, number(list.length)), " × " + cause), names);
    details.ontoggle = () => {
      if (!names.childElementCount) names.append(...list.slice(0, 200).map(pod => make("li", {title: data.reasons[pod.reason] || ""}, pod.namespace + "/" + pod.name, make("small", {}, requestsOf(pod)))), list.length > 200 ? make("li", {}, "and " + number(list.length - 200) + " more") : "");
    };
    return details;
  });
  if (sorted.length > 50) items.push(make("p", {class: "sub"}, "and " + number(sorted.length - 50) + " more reasons, each of fewer pods"));
  byId("pending").hidden = !waiting.length;
  byId("pending").replaceChildren(make("h2", {}, "Pending: " + (isFiltered() ? number(sum(sorted, item => item[1].length)) + " of " : "") + plural(waiting.length, "pod")), ...items);
}

const requestsOf = pod => pod.requests.map((value, i) => value > 0 ? amount(value, i) + " " + shortName(resources[i]) : "").filter(Boolean).join(", ") || "requests nothing";

function resourceTable(node) {
  return make("table", {}, ...resources.map((name, i) => node.capacity[i] || node.used[i] ? make("tr", {}, make("td", {title: name}, shortName(name)), make("td", {}, amount(node.used[i], i) + " / " + amount(node.capacity[i], i)), make("td", {}, percent(share(node, i)))) : null));
}
function showDetails() {
  const panel = byId("details"), node = view.node;
  panel.hidden = !node;
  if (!node) return;
  const r = view.resource, list = [...node.pods].sort((a, b) => b.requests[r] - a.requests[r] || a.index - b.index);
  panel.replaceChildren(
    make("button", {class: "close", type: "button", "aria-label": "Close", onclick: () => { view.node = null; showDetails(); redraw(); }}, "×"),
    make("h3", {}, node.name), make("p", {class: "sub"}, plural(node.pods.length, "pod")), resourceTable(node),
    make("div", {class: "tags"}, ...node.notes.map(note => make("span", {}, note)), ...Object.entries(node.labels).map(([key, value]) => make("span", {}, key + "=" + value))),
    make("div", {class: "list"}, make("table", {}, ...list.slice(0, 300).map(pod => make("tr", {}, make("td", {title: pod.namespace + "/" + pod.name}, pod.name), make("td", {}, measured(pod.requests[r], r)))),
      list.length > 300 ? make("tr", {}, make("td", {}, "and " + number(list.length - 300) + " more")) : null)));
}

function showTip(x, y) {
  const tip = byId("tip"), {box, pod} = hover;
  tip.hidden = !box;
  if (!box) return;
  if (pod)
    tip.replaceChildren(make("h3", {}, pod.name), make("p", {class: "sub"}, [pod.namespace, pod.group, "priority " + pod.priority, pod.wasThere ? "was there before" : ""].filter(Boolean).join(" · ")),
      make("table", {}, ...pod.requests.map((value, i) => value > 0 ? make("tr", {}, make("td", {}, shortName(resources[i])), make("td", {}, amount(value, i))) : null)),
      make("p", {class: "sub"}, "on " + box.node.name));
  else
    tip.replaceChildren(make("h3", {}, box.node.name), make("p", {class: "sub"}, [plural(box.node.pods.length, "pod"), ...box.node.notes].join(" · ")), resourceTable(box.node));
  const area = tip.getBoundingClientRect();
  tip.style.left = Math.max(6, Math.min(window.innerWidth - area.width - 8, x + 14)) + "px";
  tip.style.top = (y + 18 + area.height > window.innerHeight ? Math.max(6, y - area.height - 12) : y + 18) + "px";
}
