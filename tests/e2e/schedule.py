"""What the tests of korch schedule share: a small cluster, runs, and what a page consists of."""
import html.parser
import json

import korch

NODES = """apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Node, metadata: {name: n1, labels: {zone: a, disk: ssd}}, status: {allocatable: {cpu: "4", memory: 8Gi, pods: "10"}}}
- {apiVersion: v1, kind: Node, metadata: {name: n2, labels: {zone: b}}, status: {capacity: {cpu: "4", memory: 8Gi}}}
- {apiVersion: v1, kind: Node, metadata: {name: n3, labels: {zone: b}}, status: {allocatable: {cpu: "8", memory: 16Gi, nvidia.com/gpu: "2"}},
   spec: {taints: [{key: gpu, value: "true", effect: NoSchedule}]}}
"""
WEB = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: web, resources: {requests: {cpu: "1", memory: 1Gi}}}]
"""
POD = """apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  containers: [{name: main, image: main, resources: {requests: {cpu: CPU}}}]
"""


def pod(name, cpu, **spec):
    text = POD.replace("NAME", name).replace("CPU", f'"{cpu}"')
    return text + "".join(f"  {key}: {json.dumps(value)}\n" for key, value in spec.items())


class Schedule(korch.Case):
    def schedule(self, *arguments, code=0, **options):
        done = korch.run("schedule", *arguments, cwd=self.folder, **options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def files(self, pods=WEB, nodes=NODES, names=("nodes.yaml", "pods.yaml")):
        self.write(names[0], nodes)
        self.write(names[1], pods)
        return "--nodes", names[0], "--pods", names[1]

    def decide(self, pods=WEB, nodes=NODES, *arguments, names=("nodes.yaml", "pods.yaml")):
        """The JSON of a run; pods by name."""
        done = self.schedule(*self.files(pods, nodes, names), "-o", "json", *arguments)
        self.assertEqual(done.stderr, "")
        answer = json.loads(done.stdout)
        answer["by_name"] = {each["name"]: each for each in answer["pods"]}
        return answer

    def refused(self, *arguments, code=1, **options):
        done = self.schedule(*arguments, code=code, **options)
        self.assertEqual(done.stdout, "")
        return done.stderr


class Page(html.parser.HTMLParser):
    """What a page consists of."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.data = [], [], [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in ("meta", "input", "br"):
            self.open.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            raise AssertionError(f"</{tag}> closes {self.open[-1:]}")
        self.open.pop()

    def handle_data(self, text):
        if self.open and self.open[-1][1].get("id") == "data":
            self.data += text
