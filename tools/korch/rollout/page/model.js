"use strict";
/* What the records say, as rollouts over time. Times are milliseconds. */
const byId = id => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const LED = ["Rollout", "Canary"];
const PHASES = {RolloutUpdated: "Progressing", RolloutPaused: "Paused", RolloutResumed: "Progressing", RolloutAborted: "Degraded", RolloutCompleted: "Healthy"};

function rolloutsOf(records) {
  const all = new Map();
  const at = record => Date.parse(record.time);
  const of = record => {
    const key = (record.namespace || "default") + "/" + record.name;
    if (!all.has(key)) all.set(key, {key, name: record.name, namespace: record.namespace || "default", samples: [], events: []});
    return all.get(key);
  };
  const sorted = records.filter(record => !isNaN(at(record))).sort((a, b) => at(a) - at(b));
  for (const record of sorted) {
    if (record.type === "rollout") of(record).samples.push({t: at(record), ...record});
    else if (record.type === "event" && LED.includes(record.kind)) of(record).events.push({t: at(record), ...record});
  }
  /* what is about an analysis, or was done by a person, is shown with the rollout it belongs to */
  for (const record of sorted) {
    const entry = {t: at(record), ...record};
    if (record.type === "action") for (const rollout of all.values()) rollout.events.push({...entry, reason: "▶", isAction: true});
    else if (record.type === "event" && !LED.includes(record.kind)) {
      const owner = [...all.values()].filter(rollout => rollout.namespace === (record.namespace || "default") && record.name.startsWith(rollout.name + "-"))
        .sort((a, b) => b.name.length - a.name.length)[0];
      if (owner) owner.events.push(entry);
    }
  }
  for (const rollout of all.values()) {
    rollout.events.sort((a, b) => a.t - b.t);
    if (!rollout.samples.length) rollout.samples = samplesOf(rollout.events);
  }
  return [...all.values()].filter(rollout => rollout.samples.length || rollout.events.length);
}

/* Without lines of type "rollout": as much as events alone tell. */
function samplesOf(events) {
  const samples = [];
  let now = {phase: "Progressing", step: 0, stepCount: 0, stepText: "", revisions: [], analyses: [], explanation: "", desired: 0};
  const revision = number => {
    let found = now.revisions.find(each => each.revision === number);
    if (!found) now.revisions = [found = {revision: number, role: "", ready: 0, desired: 0, pods: 0, weight: undefined}, ...now.revisions].sort((a, b) => b.revision - a.revision);
    return found;
  };
  for (const event of events) {
    const text = event.message || "";
    const step = /step (\d+)\/(\d+) completed/.exec(text), weight = /[Ww]eight.*from (\d+) to (\d+)/.exec(text);
    const scaled = /\(revision (\d+)\) from (\d+) to (\d+)/.exec(text), made = /Created ReplicaSet .*\(revision (\d+)\)/.exec(text);
    now = {...now, revisions: now.revisions.map(each => ({...each})), t: event.t};
    if (PHASES[event.reason]) now.phase = PHASES[event.reason];
    if (made) { revision(+made[1]); now.step = 0; }
    if (event.reason === "RolloutAborted") now.step = 0;
    if (step) { now.step = +step[1]; now.stepCount = +step[2]; }
    if (event.reason === "RolloutCompleted") now.step = now.stepCount;
    if (scaled) { const each = revision(+scaled[1]); each.ready = each.pods = each.desired = +scaled[3]; }
    if (weight && now.revisions.length) {
      const [newest, before] = now.revisions;
      newest.weight = +weight[2];
      if (before) before.weight = 100 - weight[2];
    }
    now.explanation = text;
    samples.push(now);
  }
  return samples;
}

/* Stretches of samples that agree in what `of` says: [{from, to, value, sample}]. */
function stretches(samples, end, of) {
  const out = [];
  for (const sample of samples) {
    const value = of(sample), last = out[out.length - 1];
    if (last && last.value === value) continue;
    if (last) last.to = sample.t;
    out.push({from: sample.t, to: end, value, sample});
  }
  return out;
}

/* Analyses with each measurement that was seen when it was new. */
function analysesOf(samples, end) {
  const all = new Map();
  for (const sample of samples) for (const analysis of sample.analyses || []) {
    let found = all.get(analysis.name);
    if (!found) all.set(analysis.name, found = {name: analysis.name, part: analysis.part, from: sample.t, to: end, metrics: new Map()});
    if (!found.isOver) {
      found.phase = analysis.phase;
      found.message = analysis.message;
      if (!["Running", "Pending"].includes(analysis.phase)) { found.isOver = true; found.to = sample.t; }
    }
    for (const metric of analysis.metrics) {
      const count = metric.successful + metric.failed + metric.inconclusive + metric.errors;
      if (!found.metrics.has(metric.name)) found.metrics.set(metric.name, {name: metric.name, count: 0, points: []});
      const seen = found.metrics.get(metric.name);
      if (count > seen.count) {
        const values = metric.values;
        seen.points.push({t: sample.t, value: values.length ? values[values.length - 1] : null, outcome: metric.outcome});
        seen.count = count;
      }
    }
  }
  return [...all.values()];
}

function spanText(ms) {
  let s = Math.max(0, Math.round(ms / 1000));
  if (ms < 1000 && ms > 0) return Math.round(ms) + "ms";
  const parts = [];
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]]) {
    if (s >= size || (unit === "s" && !parts.length)) parts.push(Math.floor(s / size) + unit);
    s %= size;
  }
  return parts.slice(0, 2).join(" ");
}
