#!/usr/bin/env python3
"""korch schedule: room made by preemption, pods placed together, and questions about nodes."""
import csv
import io
import json

import korch
from schedule import Page, Schedule, pod

ONE = "{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {capacity: {cpu: 4, memory: 8Gi}}}\n"
THREE = "---\n".join(ONE.replace("n1", f"n{i}") for i in (1, 2, 3))
CLASSES = "".join(f"{{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {{name: {name}}}, value: {value}}}\n---\n"
                  for name, value in (("high", 1000), ("low", 10)))


class Preempt(Schedule):
    def test_victims(self):
        pods = CLASSES + pod("a", 2, nodeName="n1", priorityClassName="low") + "---\n" + pod("b", 2, nodeName="n1") + "---\n" + pod("urgent", 2, priorityClassName="high")
        self.assertEqual(self.decide(pods, ONE)["by_name"]["urgent"]["state"], "pending")
        answer = self.decide(pods, ONE, "--preempt")["by_name"]
        self.assertEqual((answer["urgent"]["node"], answer["a"]["state"]), ("n1", "given"))
        self.assertEqual((answer["b"]["state"], answer["b"]["preemptedFrom"], answer["b"]["preemptedBy"]), ("pending", "n1", "default/urgent"))
        said = self.schedule(*self.files(pods, ONE), "--preempt").stdout
        self.assertIn("Preempted:\n  default/b had to leave n1 for default/urgent\n", said)

    def test_a_victim_goes_elsewhere(self):
        nodes = ONE + "---\n" + ONE.replace("n1", "n2").replace("cpu: 4", "cpu: 2")
        pods = CLASSES + pod("a", 2, nodeName="n1") + "---\n" + pod("urgent", 4, priorityClassName="high")
        answer = self.decide(pods, nodes, "--preempt")["by_name"]
        self.assertEqual((answer["urgent"]["node"], answer["a"]["node"], answer["a"]["preemptedFrom"]), ("n1", "n2", "n1"))

    def test_never(self):
        pods = CLASSES + pod("a", 4, nodeName="n1") + "---\n" + pod("urgent", 2, priorityClassName="high", preemptionPolicy="Never")
        self.assertEqual(self.decide(pods, ONE, "--preempt")["by_name"]["urgent"]["state"], "pending")

    def test_budget(self):
        budget = "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: web}, spec: {minAvailable: 100%, selector: {matchLabels: {app: web}}}}\n---\n"
        web = pod("web", 2, nodeName="n1").replace("{name: web}", "{name: web, labels: {app: web}}")
        pods = CLASSES + web + "---\n" + pod("other", 2, nodeName="n1") + "---\n" + pod("urgent", 2, priorityClassName="high")
        self.assertEqual(self.decide(pods, ONE, "--preempt")["by_name"]["web"]["state"], "pending")
        answer = self.decide(budget + pods, ONE, "--preempt")["by_name"]
        self.assertEqual((answer["web"]["state"], answer["other"]["preemptedFrom"]), ("given", "n1"))

    def test_nobody_is_lost(self):
        """Whatever is preempted, each pod is on a node or pending, and no node holds too much."""
        pods = CLASSES + "---\n".join(pod(f"p{i}", 1 + i % 3, priorityClassName=("low", "high")[i % 2]) for i in range(20))
        answer = self.decide(pods, THREE, "--preempt")
        self.assertEqual({each["state"] for each in answer["pods"]}, {"placed", "pending"})
        for node in answer["nodes"]:
            self.assertLessEqual(node["resources"]["cpu"]["requested"], 4)
        waiting = [each["priority"] for each in answer["pods"] if each["state"] == "pending"]
        self.assertIn(10, waiting)


class Batch(Schedule):
    PODS = "---\n".join(pod(name, cpu) for name, cpu in (("a", 2), ("b", 2), ("c", 4)))
    TWO = "---\n".join(ONE.replace("n1", f"n{i}") for i in (1, 2))

    def test_more_fit(self):
        self.assertEqual(self.decide(self.PODS, self.TWO)["summary"]["placed"], 2)
        answer = self.decide(self.PODS, self.TWO, "--batch")
        self.assertEqual(answer["summary"]["placed"], 3)
        self.assertEqual(answer["by_name"]["a"]["node"], answer["by_name"]["b"]["node"])
        self.assertNotIn("score", answer["by_name"]["a"])

    def test_reasons(self):
        answer = self.decide(self.PODS + "---\n" + pod("big", 5), self.TWO, "--batch")
        self.assertEqual(answer["summary"]["pending"], 1)
        self.assertIn("2 Insufficient cpu", answer["by_name"]["big"]["reason"])

    def test_with_preemption(self):
        pods = CLASSES + pod("old", 4, nodeName="n1") + "---\n" + pod("urgent", 4, priorityClassName="high")
        self.assertEqual(self.decide(pods, ONE, "--batch")["by_name"]["urgent"]["state"], "pending")
        answer = self.decide(pods, ONE, "--batch", "--preempt")["by_name"]
        self.assertEqual((answer["urgent"]["node"], answer["old"]["preemptedBy"]), ("n1", "default/urgent"))
class Questions(Schedule):
    PLACED = "---\n".join(pod(f"p{i}", 1, nodeName=f"n{i % 3 + 1}") for i in range(4))  # two on n1, one on n2, one on n3

    def ask(self, *arguments, pods=PLACED, nodes=THREE):
        answer = json.loads(self.schedule(*self.files(pods, nodes), *arguments, "-o", "json").stdout)
        return answer

    def test_drain(self):
        answer = self.ask("--drain", "n1")
        self.assertEqual((answer["question"], answer["complete"], answer["emptied"]), ("drain", True, ["n1"]))
        self.assertEqual([(move["pod"], move["from"]) for move in answer["moves"]], [("default/p0", "n1"), ("default/p3", "n1")])
        self.assertTrue({move["to"] for move in answer["moves"]} <= {"n2", "n3"})
        said = self.schedule(*self.files(self.PLACED, THREE), "--drain", "n1").stdout
        self.assertEqual(said.splitlines()[0].split(), ["POD", "FROM", "TO"])
        self.assertTrue(said.endswith("n1 can go: 2 pods find a place elsewhere\n"), said)

    def test_drain_that_cannot_be(self):
        answer = self.ask("--drain", "n1", pods=pod("wide", 4, nodeName="n1") + "---\n" + self.PLACED.replace("n1", "n2"))
        self.assertFalse(answer["complete"])
        self.assertIsNone(answer["moves"][0]["to"])
        self.assertIn("nodes are available", answer["moves"][0]["reason"])
        said = self.schedule(*self.files(pod("wide", 4, nodeName="n1") + "---\n" + self.PLACED.replace("n1", "n2"), THREE), "--drain", "n1").stdout
        self.assertTrue(said.endswith("n1 cannot go: 1 of 1 pods have to stay\n"), said)

    def test_drain_with_a_budget(self):
        budget = "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, spec: {maxUnavailable: 0, selector: {matchLabels: {app: web}}}}\n---\n"
        web = pod("web", 1, nodeName="n1").replace("{name: web}", "{name: web, labels: {app: web}}")
        self.assertTrue(self.ask("--drain", "n1", pods=web)["complete"])
        self.assertFalse(self.ask("--drain", "n1", pods=budget + web)["complete"])

    def test_compact(self):
        answer = self.ask("--compact")
        self.assertEqual((answer["before"], answer["after"], len(answer["emptied"])), (3, 1, 2))
        self.assertIn("3 nodes in use become 1 by ", self.schedule(*self.files(self.PLACED, THREE), "--compact").stdout)

    def test_many_can_go(self):
        nodes = "name,cpu,memory,count\nn,8,8Gi,12\n"
        pods = "name,cpu,node\n" + "".join(f"p{i},100m,n-{i}\n" for i in range(12))
        said = self.schedule(*self.files(pods, nodes, ("nodes.csv", "pods.csv")), "--compact").stdout.splitlines()[-1]
        self.assertRegex(said, r"^12 nodes in use become 1 by 11 moves; these can go: (n-[0-9]+, ){7}n-[0-9]+ and 3 more$")

    def test_rebalance(self):
        pods = "---\n".join(pod(f"p{i}", 1, nodeName="n1") for i in range(4))
        answer = self.ask("--rebalance", 2, pods=pods)
        self.assertLess(answer["after"], answer["before"])
        self.assertTrue(1 <= len(answer["moves"]) <= 2)
        said = self.schedule(*self.files(pods, THREE), "--rebalance", 1).stdout
        self.assertRegex(said, r"(?m)^the variance of utilization, [0-9.]+, becomes [0-9.]+ by 1 move$")
        packed = self.ask("--rebalance", 10, "--goal", "packing")
        self.assertLess(packed["after"], packed["before"])

    def test_headroom(self):
        self.assertEqual(self.ask("--headroom", "p0"), {"question": "headroom", "pod": "default/p0", "count": 8})
        self.assertEqual(self.schedule(*self.files(self.PLACED, THREE), "--headroom", "p0").stdout, "8 more pods like default/p0 fit\n")

    def test_csv(self):
        done = self.schedule(*self.files(self.PLACED, THREE), "--drain", "n1", "-o", "csv")
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([(row["pod"], row["from"]) for row in rows], [("default/p0", "n1"), ("default/p3", "n1")])
        done = self.schedule(*self.files(self.PLACED, THREE), "--headroom", "p0", "-o", "csv")
        self.assertEqual(done.stdout, "pod,count\ndefault/p0,8\n")

    def test_nothing_moves(self):
        """A question changes nothing: the page shows the pods where they are."""
        self.schedule(*self.files(self.PLACED, THREE), "--compact", "--html", "map.html")
        data = json.loads(Page((self.folder / "map.html").read_text()).data)
        self.assertEqual([each[3] for each in data["pods"]], [0, 1, 2, 0])

    def test_refused(self):
        files = self.files(self.PLACED, THREE)
        self.assertEqual(self.refused(*files, "--drain", "n11"), 'korch: no node "n11", did you mean n1?\n')
        self.assertEqual(self.refused(*files, "--headroom", "p00"), 'korch: no pod "p00", did you mean p0?\n')
        for arguments in (["--drain", "n1", "--compact"], ["--rebalance", "0"], ["--rebalance", "many"], ["--rebalance", "1", "--goal", "luck"],
                          ["--goal", "packing"], ["--compact", "--explain", "p0"]):
            self.assertRegex(self.refused(*files, *arguments, code=2), r"\Akorch schedule: ")


if __name__ == "__main__":
    korch.main()
