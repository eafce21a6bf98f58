#!/usr/bin/env python3
"""korch schedule: nodes and pods from CSV; input that is wrong gets one line and changes nothing."""
import json
import os
import pathlib

import korch
from schedule import NODES, WEB, Schedule, pod


class Csv(Schedule):
    NAMES = ("nodes.csv", "pods.csv")

    def test_generic(self):
        nodes = 'name,cpu,memory,labels,taints,zone,example.com/foo\na,4,8Gi,"disk=ssd;tier=1",,z1,2\nb,4,8Gi,,gpu=true:NoSchedule,z2,\n'
        pods = ("name,namespace,cpu,memory,priority,labels,node,node_selector,tolerations,example.com/foo,comment\n"
                'one,shop,500m,1Gi,5,app=web,,,,1,"said ""hello"", twice"\ntwo,,1,1Gi,,,b,,,,\nthree,,1,1Gi,,,,topology.kubernetes.io/zone=z2,gpu,,\n')
        answer = self.decide(pods, nodes, names=self.NAMES)
        self.assertEqual([(each["namespace"], each["name"], each["node"], each["state"]) for each in answer["pods"]],
                         [("shop", "one", "a", "placed"), ("default", "two", "b", "given"), ("default", "three", "b", "placed")])
        self.assertEqual(answer["pods"][0]["requests"], {"cpu": 0.5, "memory": 1 << 30, "example.com/foo": 1})
        self.assertEqual(answer["pods"][0]["priority"], 5)

    def test_standard_input(self):
        self.write("nodes.csv", "name,cpu\na,4\n")
        done = self.schedule("--nodes", "nodes.csv", "--pods", "-", "-o", "csv", text="cpu,name\n1,x\n")
        self.assertIn("default,x,placed,a,", done.stdout)
        self.assertIn("korch: standard input:2: cpu: ", self.refused("--nodes", "nodes.csv", "--pods", "-", text="cpu,name\nlots,x\n"))

    def test_count(self):
        answer = self.decide("name,cpu,count\nweb,1,3\n", "name,cpu,memory,count\nn,2,1Gi,2\n", names=self.NAMES)
        self.assertEqual([each["name"] for each in answer["pods"]], ["web-0", "web-1", "web-2"])
        self.assertEqual([each["name"] for each in answer["nodes"]], ["n-0", "n-1"])

    def test_unschedulable(self):
        nodes = "name,cpu,memory,unschedulable\na,4,1Gi,true\nb,1,1Gi,False\nc,4,1Gi,1\nd,1,1Gi,0\ne,1,1Gi,\n"
        answer = self.decide("name,cpu,count\nx,1,4\n", nodes, names=self.NAMES)
        self.assertEqual(sorted(str(each["node"]) for each in answer["pods"]), ["None", "b", "d", "e"])

    def test_columns_that_mean_the_same(self):
        for header, said in (("name,cpu,cpu", "cpu and cpu"), ("name,cpu_milli,cpu", "cpu_milli and cpu"),
                             ("memory,name,memory_mib", "memory and memory_mib"), ("name,nvidia.com/gpu,gpu", "nvidia.com/gpu and gpu"),
                             ("name,a.b/c,a.b/c", "a.b/c and a.b/c")):
            said = f"korch: pods.csv:1: columns {said} mean the same\n"
            self.assertEqual(self.refused(*self.files(header + "\n1,1,1\n", "name,cpu\na,1\n", self.NAMES)), said)

    def test_devices(self):
        nodes = "sn,cpu_milli,memory_mib,gpu,model\nt,32000,65536,2,T4\np,32000,65536,1,P100\n"
        pods = ("name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,creation_time\n"
                "half,1000,1024,1,500,T4,LS,1\nother,1000,1024,1,600,T4,BE,2\nwhole,1000,1024,1,1000,P100|V100,LS,3\n"
                "both,1000,1024,2,1000,,LS,4\nplain,1000,1024,0,0,,LS,5\n")
        answer = self.decide(pods, nodes, names=self.NAMES)
        by_name = answer["by_name"]
        self.assertEqual((by_name["half"]["node"], by_name["half"]["devices"], by_name["half"]["requests"]["nvidia.com/gpu"]), ("t", [0], 0.5))
        self.assertEqual((by_name["other"]["node"], by_name["other"]["devices"]), ("t", [1]))
        self.assertEqual((by_name["whole"]["node"], by_name["both"]["state"]), ("p", "pending"))
        self.assertEqual(by_name["plain"]["state"], "placed")
        self.assertEqual(answer["summary"]["resources"]["nvidia.com/gpu"], {"allocatable": 3, "requested": 2.1, "pending": 2, "percent": 70})

    def test_expected_pods(self):
        nodes = "sn,cpu_milli,memory_mib,gpu\nt,32000,65536,3\n"
        pods = "name,cpu_milli,num_gpu,gpu_milli\na,1000,1,400\nb,1000,1,400\nc,1000,1,600\nd,1000,1,600\n"
        for profile, devices in (("best-fit", [[0], [0], [1], [2]]), ("gpu-headroom", [[0], [1], [0], [1]])):
            answer = self.decide(pods, nodes, "--profile", profile, names=self.NAMES)
            self.assertEqual([pod["devices"] for pod in answer["pods"]], devices, profile)
        bad = pods + "e,1000,1,400\nf,-1,1,400\n"
        self.files(bad, nodes, names=self.NAMES)
        self.assertIn("pods.csv:7", self.refused("--nodes", "nodes.csv", "--pods", "pods.csv", "--profile", "gpu-headroom"))

    def test_trace(self):
        folder = pathlib.Path(os.environ.get("KORCH_DATA", "/nonexistent")) / "traces" / "openb"
        if not folder.is_dir():  # these lists are not part of the project
            return
        done = self.schedule("--nodes", folder / "openb_node_list_gpu_node.csv", "--pods", folder / "openb_pod_list_gpuspec10.csv",
                             "-o", "json", "--profile", "best-fit")
        answer = json.loads(done.stdout)
        summary = answer["summary"]
        self.assertEqual((summary["pods"], summary["nodes"], summary["placed"] + summary["pending"]), (8152, 1213, 8152))
        self.assertEqual(summary["resources"]["nvidia.com/gpu"]["allocatable"], 6212)
        for node in answer["nodes"]:
            for name, amount in node["resources"].items():
                self.assertLessEqual(amount["requested"], amount["allocatable"] + 1e-9, (node["name"], name))

    def test_bad_rows(self):
        nodes = "name,cpu,memory\na,4,8Gi\n"
        for pods, said in (
                ("", "no header"),
                ("name,cpu\nx,1,2,3\n", "pods.csv:2: 4 fields, but the header has 2"),
                ("name,memroy\nx,1\n", 'pods.csv:1: no column is called "memroy", did you mean memory?'),
                ("nodename,cpu\nx,1\n", 'pods.csv:1: no column "name"'),
                ("name,cpu,memory\n,1,\n", "pods.csv:2: name: Required value"),
                ("name,priority,priority\nx,1,1\n", "pods.csv:1: columns priority and priority mean the same"),
                ("name,cpu\nx,1\ny,lots\n", 'pods.csv:3: cpu: "lots": quantities must match'),
                ("name,cpu\nx,-1\n", 'pods.csv:2: cpu: "-1": must not be negative'),
                ("name,gpu_milli\nx,1500\n", 'pods.csv:2: gpu_milli: "1500": must be a whole number between 0 and 1000'),
                ("name,count\nx,1000000000000000000\n", 'pods.csv:2: count: "1000000000000000000": must be a whole number between 0 and 2000000'),
                ("name,labels\nx,red\n", 'pods.csv:2: labels: "red": must be key=value;key=value'),
                ("name,cpu\nUpper,1\n", "pods.csv:2: metadata.name: Invalid value"),
                ("name,cpu\nx,1\nx,1\n", "pods.csv:3: pod default/x is there twice, first in pods.csv:2"),
                ("name,node\nx,nowhere\n", 'pods.csv:2: spec.nodeName: there is no node "nowhere"'),
                ('name,cpu\n"x,1\n', "a quote that is not closed"),
                ('name,cpu\n"x"y,1\n', "pods.csv:2: text behind a closing quote")):
            said_here = self.refused(*self.files(pods, nodes, self.NAMES))
            self.assertEqual(said_here.count("\n"), 1, said_here)
            self.assertIn(said, said_here)
        said = self.refused(*self.files("name\nx\n", "name,unschedulable\na,maybe\n", self.NAMES))
        self.assertEqual(said, 'korch: nodes.csv:2: unschedulable: "maybe": must be true, false, 1 or 0\n')
        self.assertIn("taints", self.refused(*self.files("name\nx\n", "name,taints\na,k=v:Never\n", self.NAMES)))


class BadInput(Schedule):
    def test_manifests(self):
        bad = pod("a", 1).replace("containers", "contaners")
        said = self.refused(*self.files(bad))
        self.assertIn("pods.yaml:5: spec.contaners: unknown field, did you mean containers?", said)
        said = self.refused(*self.files(pod("a", -1)))
        self.assertIn("pods.yaml:5: spec.containers[0].resources.requests[cpu]: ", said)
        said = self.refused(*self.files(pod("a", 1) + "---\n" + pod("a", 1)))
        self.assertEqual(said, "korch: pods.yaml:7: pod a is there twice, first in pods.yaml:1\n")
        said = self.refused(*self.files(pod("a", 1, affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [{"key": "x", "operator": "Near", "values": ["y"]}]}]}}})))
        self.assertRegex(said, r'^korch: pods\.yaml:6: spec\.affinity\..*operator: .*"Near"')

    def test_more_than_there_can_be(self):
        said = self.refused(*self.files(pod("a", "1e30")))
        self.assertEqual(said, "korch: pods.yaml:1: pod default/a: requests of cpu add up to more than 4611686018427387903\n")
        said = self.refused(*self.files(pod("a", 1), NODES.replace('{cpu: "4", memory: 8Gi, pods: "10"}', '{cpu: "-4"}')))
        self.assertEqual(said, 'korch: nodes.yaml:4: status.allocatable.cpu: node n1: must be 0 or more: "-4"\n')

    def test_groups(self):
        group = "{apiVersion: scheduling.x-k8s.io/v1alpha1, kind: PodGroup, metadata: {name: g}, spec: {minMember: LEAST}}\n"
        for least, said in ((-3, "spec.minMember: -3: must be 1 or more"), (0, "spec.minMember: 0: must be 1 or more"),
                            ("many", 'spec.minMember: "many": must be a whole number')):
            self.assertEqual(self.refused(*self.files(group.replace("LEAST", str(least)))), f"korch: pods.yaml:1: {said}\n")

    def test_unknown_scheduler(self):
        pods = "---\n".join(pod(name, 1, schedulerName=scheduler) for name, scheduler in (("a", "mine"), ("b", "mine"), ("c", "default-scheduler")))
        done = self.schedule(*self.files(pods))
        self.assertEqual(done.stderr, "korch: note: pods.yaml:1: no profile is named mine, so default-scheduler decides\n")
        self.assertIn("3 of 3 pods placed", done.stdout)

    def test_lookalikes(self):
        done = self.schedule(*self.files(WEB.replace("apps/v1", "extensions/v1beta1") + "---\n" + pod("a", 1).replace("v1", "v2")))
        self.assertEqual(done.stderr, "korch: note: pods.yaml:1: deployment web is left out: it is of extensions/v1beta1\n"
                                      "korch: note: pods.yaml:12: pod a is left out: it is of v2\n")

    def test_templates(self):
        job = "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {parallelism: 10000000, completions: 10000000, template: {spec: " \
              "{restartPolicy: Never, containers: [{name: a, image: a}]}}}}\n"
        self.assertEqual(self.refused(*self.files(job)), "korch: pods.yaml:1: 10000000 pods: must be between 0 and 2000000, inclusive\n")
        self.assertEqual(self.refused(*self.files(WEB.replace("replicas: 3", "replicas: 1000000000000000000"))).count("\n"), 1)
        said = self.refused(*self.files(job.replace("10000000", "1").replace("name: a,", "name: A_,")))
        self.assertIn("spec.template.spec.containers[0].name: ", said)
        said = self.refused(*self.files(pod("a", 1, priorityClassName="hihg") + "---\n{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 1}\n"))
        self.assertEqual(said, "korch: pods.yaml:1: priorityClassName: no PriorityClass with name hihg was found, did you mean high?\n")

    def test_profile(self):
        files = self.files()
        self.assertIn("did you mean binpack?", self.refused(*files, "--profile", "binpak"))
        self.assertEqual(self.refused(*files, "--profile", "./none.yaml"), "korch: ./none.yaml: No such file or directory\n")
        self.write("config.yaml", "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- plugins: {score: {enabled: [{name: BestFitt}]}}\n")
        self.assertEqual(self.refused(*files, "--profile", "config.yaml"),
                         'korch: config.yaml:4: profiles[0].plugins.score.enabled[0].name: no plugin "BestFitt", did you mean BestFit?\n')

    def test_files(self):
        self.write("nodes.yaml", NODES)
        self.assertEqual(self.refused("--nodes", "nodes.yaml", "--pods", "gone.yaml"), "korch: gone.yaml: No such file or directory\n")
        self.assertEqual(self.refused("--nodes", "nodes.yaml", "--pods", "gone.csv"), "korch: gone.csv: No such file or directory\n")

    def test_one_file_for_both(self):
        """All that `kubectl get nodes,pods` gives, named twice, is read once."""
        self.write("all.yaml", NODES + "---\n" + pod("a", 1))
        for pods in ("all.yaml", "./all.yaml", "link.yaml"):
            if pods == "link.yaml":
                os.symlink("all.yaml", self.folder / pods)
            self.assertIn("default,a,placed,", self.schedule("--nodes", "all.yaml", "--pods", pods, "-o", "csv").stdout)
        done = self.schedule("--nodes", "-", "--pods", "-", "-o", "csv", text=NODES + "---\n" + pod("a", 1))
        self.assertIn("default,a,placed,", done.stdout)
        self.assertEqual(self.refused("--nodes", "-", "--pods", "-", text="name,cpu\na,1\n"),
                         "korch: standard input: CSV has either nodes or pods, not both\n")
        self.write("copy.yaml", NODES)
        self.assertIn("n1 is there twice", self.refused("--nodes", "all.yaml", "--pods", "copy.yaml"))

    def test_usage(self):
        self.write("nodes.yaml", NODES)
        for arguments in ([], ["--nodes", "nodes.yaml"], ["--pods", "nodes.yaml"], ["--nonsense"], ["--nodes"], ["file"],
                          ["--nodes", "nodes.yaml", "--pods", "nodes.yaml", "-o", "xml"],
                          ["--nodes", "nodes.yaml", "--pods", "nodes.yaml", "--ties", "dice"],
                          ["--nodes", "nodes.yaml", "--pods", "nodes.yaml", "--seed", "-3"]):
            self.assertRegex(self.refused(*arguments, code=2), r"\Akorch schedule: .*\ntry: korch schedule --help\n\Z")

    def test_help(self):
        done = self.schedule("--help")
        self.assertTrue(done.stdout.startswith("usage: korch schedule "))
        for option in ("--nodes", "--pods", "--profile", "--explain", "--output", "--html", "--ties", "--seed"):
            self.assertIn(option, done.stdout)

    def test_nothing(self):
        """No node and no pod are no error."""
        self.write("empty.yaml", "")
        done = self.schedule("--nodes", "empty.yaml", "--pods", "empty.yaml")
        self.assertIn("0 of 0 pods placed, 0 pending; 0 of 0 nodes used", done.stdout)
        self.write("pods.yaml", pod("a", 1))
        self.assertIn("no nodes available to schedule pods", self.schedule("--nodes", "empty.yaml", "--pods", "pods.yaml").stdout)


if __name__ == "__main__":
    korch.main()
