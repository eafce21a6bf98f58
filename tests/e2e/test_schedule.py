#!/usr/bin/env python3
"""korch schedule: manifests in; tables, JSON, CSV, explanations and a page out."""
import csv
import io
import json
import os
import subprocess

import korch
from schedule import NODES, WEB, Page, Schedule, pod


class Yaml(Schedule):
    def test_table(self):
        done = self.schedule(*self.files(WEB + "---\n" + pod("big", 16) + "---\n" + pod("old", 1, nodeName="n3")))
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0].split(), ["POD", "NODE", "SCORE"])
        self.assertEqual([line.split()[0] for line in lines[1:6]], ["shop/web-0", "shop/web-1", "shop/web-2", "default/big", "default/old"])
        self.assertEqual(lines[4].split()[1:], ["-", "pending"])
        self.assertEqual(lines[5].split()[1:], ["n3", "-"])
        self.assertIn("1 pod does not fit anywhere:\n  0/3 nodes are available: ", done.stdout)
        self.assertIn("2 Insufficient cpu", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^cpu +16 +4 +25\.00$")
        self.assertRegex(done.stdout, r"(?m)^memory +32Gi +3Gi +9\.38$")
        self.assertTrue(done.stdout.endswith("4 of 5 pods placed (1 were there before), 1 pending; 3 of 3 nodes used\n"), done.stdout)

    def test_json(self):
        answer = self.decide(WEB + "---\n" + pod("big", 16))
        self.assertEqual({answer["by_name"][f"web-{i}"]["node"] for i in range(3)}, {"n1", "n2"})
        first = answer["by_name"]["web-0"]
        self.assertEqual((first["namespace"], first["state"], first["feasible"], first["requests"]), ("shop", "placed", 2, {"cpu": 1, "memory": 1 << 30}))
        self.assertEqual(answer["by_name"]["big"]["state"], "pending")
        self.assertEqual(answer["pending"], [{"reason": answer["by_name"]["big"]["reason"], "pods": ["default/big"]}])
        self.assertEqual([node["name"] for node in answer["nodes"]], ["n1", "n2", "n3"])
        self.assertEqual(sum(node["resources"]["cpu"]["requested"] for node in answer["nodes"]), 3)
        summary = answer["summary"]
        self.assertEqual((summary["pods"], summary["placed"], summary["given"], summary["pending"], summary["usedNodes"]), (4, 3, 0, 1, 2))
        self.assertEqual(summary["resources"]["cpu"], {"allocatable": 16, "requested": 3, "pending": 16, "percent": 18.75})

    def test_csv(self):
        done = self.schedule(*self.files(WEB + "---\n" + pod("big", 16)), "-o", "csv")
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([row["name"] for row in rows], ["web-0", "web-1", "web-2", "big"])
        self.assertEqual((rows[3]["node"], rows[3]["score"]), ("", ""))
        self.assertTrue(rows[3]["reason"].startswith("0/3 nodes are available: "))

    def test_same_input_same_output(self):
        files = self.files(WEB + "---\n" + pod("big", 16))
        for arguments in ([], ["-o", "json"], ["-o", "csv"], ["--seed", "7"]):
            self.assertEqual(self.schedule(*files, *arguments).stdout, self.schedule(*files, *arguments).stdout)

    def test_ties(self):
        nodes = "".join(f"---\n{{apiVersion: v1, kind: Node, metadata: {{name: n{i:02}}}, status: {{capacity: {{cpu: 4}}}}}}\n" for i in range(20))
        self.assertEqual(self.decide(pod("a", 1), nodes)["by_name"]["a"]["node"], "n00")
        self.assertEqual(self.decide(pod("a", 1), nodes, "--ties", "name")["by_name"]["a"]["node"], "n00")
        drawn = {self.decide(pod("a", 1), nodes, "--seed", seed)["by_name"]["a"]["node"] for seed in range(6)}
        self.assertGreater(len(drawn), 1)

    def test_priority(self):
        classes = "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 1000}\n---\n"
        nodes = "{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {capacity: {cpu: 4}}}\n"
        answer = self.decide(classes + pod("low", 3) + "---\n" + pod("urgent", 3, priorityClassName="high"), nodes)
        self.assertEqual((answer["by_name"]["urgent"]["node"], answer["by_name"]["low"]["state"]), ("n1", "pending"))
        self.assertEqual(answer["by_name"]["urgent"]["priority"], 1000)

    def test_gangs(self):
        group = "{apiVersion: scheduling.x-k8s.io/v1alpha1, kind: PodGroup, metadata: {name: g}, spec: {minMember: 3}}\n---\n"
        job = """{apiVersion: batch/v1, kind: Job, metadata: {name: g}, spec: {parallelism: 4, completions: 4, template: {
  metadata: {labels: {scheduling.x-k8s.io/pod-group: g}}, spec: {restartPolicy: Never, containers: [{name: c, image: c, resources: {requests: {cpu: "3"}}}]}}}}
"""
        whole = self.decide(group + job)
        self.assertEqual({each["state"] for each in whole["pods"]}, {"pending"})
        self.assertIn("3 must", whole["pending"][0]["reason"])
        part = self.decide(group.replace("3}", "2}") + job)
        self.assertEqual([each["node"] for each in part["pods"]], ["n1", "n2", None, None])
        self.assertEqual(self.decide(job)["summary"]["placed"], 2)  # no PodGroup: one by one

    def test_templates(self):
        template = "{metadata: {labels: {app: x}}, spec: {containers: [{name: c, image: c}], restartPolicy: RESTART}}"
        parts = [f"{{apiVersion: {version}, kind: {kind}, metadata: {{name: {name}}}, spec: {{{spec}, template: {template.replace('RESTART', restart)}}}}}"
                 for version, kind, name, spec, restart in (
                     ("apps/v1", "ReplicaSet", "rs", "replicas: 2, selector: {matchLabels: {app: x}}", "Always"),
                     ("apps/v1", "StatefulSet", "sts", "replicas: 2, serviceName: s, selector: {matchLabels: {app: x}}", "Always"),
                     ("apps/v1", "Deployment", "one", "selector: {matchLabels: {app: x}}", "Always"),
                     ("batch/v1", "Job", "job", "parallelism: 5, completions: 3", "Never"),
                     ("batch/v1", "Job", "asleep", "suspend: true", "Never"))]
        answer = self.decide("\n---\n".join(parts))
        self.assertEqual(list(answer["by_name"]), ["rs-0", "rs-1", "sts-0", "sts-1", "one-0", "job-0", "job-1", "job-2"])

    def test_daemons(self):
        daemon = """{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}, spec: {selector: {matchLabels: {app: agent}}, template: {
  metadata: {labels: {app: agent}}, spec: {containers: [{name: a, image: a, resources: {requests: {cpu: "1"}}}]}}}}
"""
        answer = self.decide(daemon + "---\n" + pod("full", 4, nodeName="n1"))["by_name"]
        self.assertEqual(list(answer), ["full", "agent-n1", "agent-n2"])  # n3 is tainted
        self.assertEqual((answer["agent-n2"]["node"], answer["agent-n1"]["state"]), ("n2", "pending"))
        chosen = self.decide(daemon.replace("spec: {containers", "spec: {nodeSelector: {zone: b}, tolerations: [{operator: Exists}], containers"))
        self.assertEqual([each["node"] for each in chosen["pods"]], ["n2", "n3"])

    def test_pods_of_a_workload_that_are_there(self):
        """A dump of a cluster holds a workload and its pods: they are not made a second time."""
        owned = pod("web-abc", 1).replace("{name: web-abc}", "{name: web-abc, namespace: shop, ownerReferences: "
                                          "[{apiVersion: apps/v1, kind: Deployment, name: web, uid: u, controller: true}]}")
        self.assertEqual(list(self.decide(WEB + "---\n" + owned)["by_name"]), ["web-abc"])

    def test_pods_that_ended(self):
        done = pod("done", 1, nodeName="n1") + "status: {phase: Succeeded}\n"
        self.assertEqual(list(self.decide(WEB + "---\n" + done)["by_name"]), ["web-0", "web-1", "web-2"])

    def test_volumes(self):
        claims = """{apiVersion: v1, kind: PersistentVolume, metadata: {name: pv}, spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce],
  hostPath: {path: /x}, nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: In, values: [ssd]}]}]}}}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {volumeName: pv, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
"""
        user = pod("user", 1, volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}])
        self.assertEqual(self.decide(claims + user)["by_name"]["user"]["feasible"], 1)
        self.assertEqual(self.decide(claims + user)["by_name"]["user"]["node"], "n1")
        self.assertIn('persistentvolumeclaim "data" not found', self.decide(user)["by_name"]["user"]["reason"])

    def test_namespace_labels(self):
        spaces = """{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: red}}}
---
"""
        affinity = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
            {"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "web"}}, "namespaceSelector": {"matchLabels": {"team": "red"}}}]}}
        placed = pod("shop-web", 1, nodeName="n1").replace("{name: shop-web}", "{name: shop-web, namespace: shop, labels: {app: web}}")
        shy = pod("shy", 1, affinity=affinity, nodeSelector={"zone": "a"})
        self.assertEqual(self.decide(placed + "---\n" + shy)["by_name"]["shy"]["node"], "n1")
        self.assertEqual(self.decide(spaces + placed + "---\n" + shy)["by_name"]["shy"]["state"], "pending")

    def test_standard_input_and_several_files(self):
        self.write("nodes.yaml", NODES)
        self.write("more.json", json.dumps({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n9"}, "status": {"capacity": {"cpu": "64", "memory": "1Ti"}}}))
        done = self.schedule("--nodes", "nodes.yaml", "--nodes", "more.json", "--pods", "-", "-o", "json", text=pod("big", 16))
        self.assertEqual(json.loads(done.stdout)["pods"][0]["node"], "n9")

    def test_profiles(self):
        self.assertEqual(len({each["node"] for each in self.decide(WEB, NODES, "--profile", "binpack")["pods"]}), 1)
        self.write("config.yaml", "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- pluginConfig:\n"
                   "  - {name: NodeResourcesFit, args: {scoringStrategy: {type: MostAllocated}}}\n")
        by_file = self.decide(WEB, NODES, "--profile", "config.yaml")
        self.assertEqual(by_file["pods"], self.decide(WEB, NODES, "--profile", "binpack")["pods"])


class Explain(Schedule):
    def test_table(self):
        done = self.schedule(*self.files(), "--explain", "shop/web-1")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0].split()[:3], ["NODE", "VERDICT", "TaintToleration"])
        self.assertEqual(lines[0].split()[-1], "TOTAL")
        self.assertEqual(lines[1].split()[1], "fits")
        self.assertRegex(lines[1], r" \d+/\d+×3 ")
        self.assertEqual(lines[3], "n3    node(s) had untolerated taint {gpu: true}")
        self.assertEqual(lines[-1], f"shop/web-1: goes to {lines[1].split()[0]}, the best of 2 nodes that will do (3 in all)")

    def test_json_is_the_decision(self):
        files = self.files()
        decided = json.loads(self.schedule(*files, "-o", "json").stdout)["pods"]
        for each in decided:
            told = json.loads(self.schedule(*files, "--explain", f"{each['namespace']}/{each['name']}", "-o", "json").stdout)
            self.assertEqual((told["node"], told["message"], told["feasible"]), (each["node"], None, each["feasible"]))
            best = told["nodes"][0]
            self.assertEqual((best["node"], best["total"]), (each["node"], each["score"]))
            self.assertEqual(best["total"], sum(term["normalized"] * term["weight"] for term in best["scores"]))
            self.assertEqual(told["nodes"][-1], {"node": "n3", "fits": False, "filter": "TaintToleration",
                                                 "reason": "node(s) had untolerated taint {gpu: true}"})

    def test_csv(self):
        done = self.schedule(*self.files(), "--explain", "web-0", "-o", "csv")
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([row["fits"] for row in rows], ["yes", "yes", "no"])
        self.assertEqual(rows[0]["TaintToleration weight"], "3")

    def test_pending_and_given(self):
        files = self.files(pod("big", 16) + "---\n" + pod("old", 1, nodeName="n3"))
        self.assertIn("default/big: 0/3 nodes are available: ", self.schedule(*files, "--explain", "big").stdout)
        told = self.schedule(*files, "--explain", "old").stdout
        self.assertIn("default/old: goes to n1, the best of 2 nodes", told)

    def test_unknown(self):
        files = self.files()
        self.assertEqual(self.refused(*files, "--explain", "web-00"), 'korch: no pod "web-00", did you mean web-0?\n')
        twice = self.files(pod("a", 1) + "---\n" + pod("a", 1).replace("{name: a}", "{name: a, namespace: other}"))
        self.assertIn("say which: other/a", self.refused(*twice, "--explain", "a"))


class Html(Schedule):
    def page(self, *arguments, **options):
        self.schedule(*arguments, "--html", "map.html", **options)
        text = (self.folder / "map.html").read_text()
        self.assertEqual([path.name for path in self.folder.glob("*.part")], [])
        page = Page(text)
        self.assertEqual(page.open, [])
        return page, json.loads(page.data), text

    def test_data(self):
        page, data, _ = self.page(*self.files(WEB + "---\n" + pod("big", 16)))
        self.assertEqual(data["resources"][:2], ["cpu", "memory"])
        self.assertEqual([node[0] for node in data["nodes"]], ["n1", "n2", "n3"])
        self.assertEqual(data["nodes"][0][2], {"disk": "ssd", "zone": "a"})
        self.assertEqual(data["nodes"][2][3], ["gpu=true:NoSchedule"])
        self.assertEqual([each[0] for each in data["pods"]], ["web-0", "web-1", "web-2", "big"])
        web, big = data["pods"][0], data["pods"][3]
        self.assertEqual((data["namespaces"][web[1]], data["groups"][web[2]], web[4][:2]), ("shop", "web", [1, 1 << 30]))
        self.assertEqual(big[3], -1)
        self.assertTrue(data["reasons"][big[6]].startswith("0/3 nodes are available: "))

    def test_self_contained(self):
        page, _, text = self.page(*self.files())
        self.assertTrue(text.startswith("<!DOCTYPE html>"))
        self.assertFalse({"link", "img", "iframe", "object", "embed", "base"} & set(page.tags))
        self.assertFalse({"src", "href", "srcset", "action"} & {name for name, _ in page.attributes})
        for needle in ("url(", "@import", "fetch(", "XMLHttpRequest", "import(", "https://"):
            self.assertNotIn(needle, text)
        self.assertEqual([line for line in text.split("http://")[1:] if not line.startswith("www.w3.org/2000/svg")], [])
        self.assertIn("default-src 'none'", text)

    def test_text_is_escaped(self):
        nasty = NODES.replace("disk: ssd", "disk: ssd").replace("metadata: {name: n1,", 'metadata: {name: n1, annotations: {x: "</script>"},')
        self.write("nodes.csv", "name,cpu\na,4\n")
        self.write("pods.csv", "name,cpu,group\nx,1,</script><script>alert(1)</script>\n")
        page, data, _ = self.page("--nodes", "nodes.csv", "--pods", "pods.csv")
        self.assertEqual(page.tags.count("script"), 2)
        self.assertIn("</script><script>alert(1)</script>", data["groups"])
        page, _, _ = self.page(*self.files(WEB, nasty))
        self.assertEqual(page.tags.count("script"), 2)

    def test_standard_output(self):
        done = self.schedule(*self.files(), "--html", "-")
        self.assertTrue(done.stdout.startswith("<!DOCTYPE html>"))
        self.assertTrue(done.stdout.endswith("</html>\n"))

    def test_cannot_be_written(self):
        said = self.refused(*self.files(), "--html", "nowhere/map.html")
        self.assertEqual(said, "korch: --html nowhere/map.html: No such file or directory\n")
        said = self.refused(*self.files(), "--html", ".")
        self.assertEqual(said, "korch: --html .: Is a directory\n")

    NODE = "{apiVersion: v1, kind: Node, metadata: {name: n}, status: {allocatable: {cpu: 2, memory: 8Gi}}}\n"

    def test_explained_gang(self):
        """A pod that fits alone, but its gang does not."""
        gang = "{apiVersion: scheduling.x-k8s.io/v1alpha1, kind: PodGroup, metadata: {name: g}, spec: {minMember: 3}}\n---\n" + "---\n".join(
            pod(name, 1).replace(f"name: {name}", f"name: {name}, labels: {{scheduling.x-k8s.io/pod-group: g}}") for name in "abc")
        told = self.schedule(*self.files(gang, self.NODE), "--explain", "a").stdout
        self.assertIn("default/a: but it stays pending: ", told.splitlines()[-1])
        told = json.loads(self.schedule(*self.files(gang, self.NODE), "--explain", "a", "-o", "json").stdout)
        self.assertEqual((told["node"], told["outcome"]["state"], told["outcome"]["node"]), ("n", "pending", None))

    def test_explained_preemption(self):
        files = self.files(pod("low", 2, nodeName="n") + "---\n" + pod("middle", 1, priority=1) + "---\n" + pod("high", 2, priority=5), self.NODE)
        told = self.schedule(*files, "--preempt", "--explain", "high").stdout.splitlines()
        self.assertEqual(told[-2:], ["default/high: 0/1 nodes are available: 1 Insufficient cpu.",
                                     "default/high: placed on n, which is left for it by default/low"])
        self.assertEqual(self.schedule(*files, "--explain", "high").stdout.splitlines()[-1], told[-2])
        told = json.loads(self.schedule(*files, "--preempt", "--explain", "high", "-o", "json").stdout)
        self.assertEqual((told["node"], told["outcome"]), (None, {"state": "placed", "node": "n"}))
        told = self.schedule(*files, "--preempt", "--explain", "low").stdout.splitlines()
        self.assertEqual(told[-1], "default/low: had to leave n for default/high")

    def test_what_is_there_stays_what_it_is(self):
        """A link stays a link, and a pipe is written to, not replaced."""
        (self.folder / "real.html").write_text("old")
        (self.folder / "link.html").symlink_to("real.html")
        self.schedule(*self.files(), "--html", "link.html")
        self.assertTrue((self.folder / "link.html").is_symlink())
        self.assertTrue((self.folder / "real.html").read_text().startswith("<!DOCTYPE html>"))
        os.mkfifo(self.folder / "pipe")
        reader = subprocess.Popen(["cat", "pipe"], cwd=self.folder, stdout=subprocess.PIPE, text=True)
        self.schedule(*self.files(), "--html", "pipe")
        self.assertTrue((self.folder / "pipe").is_fifo())
        self.assertTrue(reader.communicate()[0].startswith("<!DOCTYPE html>"))


if __name__ == "__main__":
    korch.main()
