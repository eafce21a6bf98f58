#!/usr/bin/env python3
"""korch schedule: room made by preemption, pods placed together, and questions about nodes."""
import korch
from schedule import Schedule, pod

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


if __name__ == "__main__":
    korch.main()
