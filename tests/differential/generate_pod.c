/* Random pods. */
#include "generate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* devices: whether it may ask for them; only one container of a pod may, or they would add up */
static void say_requests(korch_buf *out, korch_random *random, const flavour *f, int devices)
{
	const char *comma = "";
	say(out, "'resources':{'requests':{");
	if (!happens(random, 25)) {
		say(out, "'cpu':'%s'",
		    PICK(random, "250m", "500m", "1", "250m", "500m", "250m", "0", "100100u"));
		comma = ",";
	}
	if (!happens(random, 25)) {
		say(out, "%s'memory':'%s'", comma,
		    PICK(random, "256Mi", "512Mi", "1Gi", "256Mi", "1.5Gi", "0", "1500m"));
		comma = ",";
	}
	if (happens(random, f->others / 3)) {
		say(out, "%s'ephemeral-storage':'%s'", comma, PICK(random, "512Mi", "1Gi", "0"));
		comma = ",";
	}
	if (happens(random, f->others / 3)) {
		say(out, "%s'example.com/gpu':'%s'", comma, PICK(random, "1", "2", "0"));
		comma = ",";
	}
	if (devices && happens(random, f->others / 4)) {
		say(out, "%s'%s", comma,
		    PICK(random, "korch.dev/gpu-milli':'300'", "korch.dev/gpu-milli':'500'",
		         "korch.dev/gpu-milli':'700'", "nvidia.com/gpu':'1'", "nvidia.com/gpu':'2'"));
		comma = ",";
	}
	if (happens(random, f->others / 8))
		say(out, "%s'hugepages-2Mi':'%s'", comma, PICK(random, "2Mi", "4Mi"));
	say(out, "}}");
}

static void say_port(korch_buf *out, korch_random *random)
{
	say(out, ",'ports':[{'containerPort':80,'hostPort':%s", PICK(random, "80", "81", "0"));
	if (happens(random, 40))
		say(out, ",'protocol':'%s'", PICK(random, "TCP", "UDP"));
	if (happens(random, 40))
		say(out, ",'hostIP':'%s'", PICK(random, "10.0.0.1", "10.0.0.2", "0.0.0.0"));
	say(out, "}]");
}

static void say_container(korch_buf *out, korch_random *random, const flavour *f, const char *name)
{
	say(out, "{'name':'%s','image':'%s',", name,
	    PICK(random, "shop/web", "shop/web:1", "host:5000/db", "big:2", "x"));
	say_requests(out, random, f, strcmp(name, "c0") == 0);
	if (happens(random, f->others / 4))
		say_port(out, random);
}

static void say_containers(korch_buf *out, korch_random *random, const flavour *f)
{
	say(out, "'containers':[");
	say_container(out, random, f, "c0");
	if (happens(random, 20)) {
		say(out, "},");
		say_container(out, random, f, "c1");
	}
	say(out, "}]");
	if (!happens(random, f->others / 2))
		return;
	say(out, ",'initContainers':[");
	for (uint64_t i = 0, n = 1 + below(random, 3); i < n; i++) {
		say(out, i ? "," : "");
		say_container(out, random, f, i == 0 ? "i0" : i == 1 ? "i1" : "i2");
		say(out, happens(random, 40) ? ",'restartPolicy':'Always'}" : "}");
	}
	say(out, "]");
}

static void say_tolerations(korch_buf *out, korch_random *random)
{
	static const char *const items[] = {
	    "{'key':'gpu','operator':'Exists'}",
	    "{'key':'gpu','operator':'Equal','value':'true','effect':'NoSchedule'}",
	    "{'key':'gpu','value':'false'}",
	    "{'key':'soft','operator':'Exists','effect':'PreferNoSchedule'}",
	    "{'operator':'Exists','effect':'NoExecute'}",
	    "{'operator':'Exists'}",
	    "{'key':'node.kubernetes.io/unschedulable','operator':'Exists','effect':'NoSchedule'}",
	    "{'key':'out','operator':'Exists','effect':'NoExecute','tolerationSeconds':30}",
	};
	say(out, ",'tolerations':[%s", items[below(random, 8)]);
	if (happens(random, 40))
		say(out, ",%s", items[below(random, 8)]);
	say(out, "]");
}

static void say_volumes(korch_buf *out, korch_random *random)
{
	say(out,
	    ",'volumes':[{'name':'e','emptyDir':{}},{'name':'v','persistentVolumeClaim':"
	    "{'claimName':'%s'}}",
	    PICK(random, "data", "logs"));
	if (happens(random, 30))
		say(out, ",{'name':'w','persistentVolumeClaim':{'claimName':'%s'}}",
		    PICK(random, "data", "logs"));
	say(out, "]");
}

static void say_rest(korch_buf *out, korch_random *random, const flavour *f)
{
	unsigned others = f->others;
	if (happens(random, 60))
		say(out, ",'priority':%s", PICK(random, "-10", "0", "10", "100"));
	if (happens(random, others))
		say_tolerations(out, random);
	if (happens(random, others / 3))
		say(out, ",'nodeSelector':{'%s'}",
		    PICK(random, "zone':'a", "zone':'b", "disk':'ssd", "disk':'none"));
	if (happens(random, others / 5))
		say(out, ",'overhead':{'cpu':'%s','memory':'64Mi'}", PICK(random, "100m", "1"));
	if (happens(random, others / 5))
		say(out, ",'resources':{'requests':{'%s'}}",
		    PICK(random, "cpu':'750m", "memory':'768Mi", "cpu':'250m','memory':'128Mi"));
	if (happens(random, others / 6))
		say_volumes(out, random);
	if (happens(random, others / 12))
		say(out, ",'schedulingGates':[{'name':'wait'}]");
	if (happens(random, others / 12))
		say(out, ",'preemptionPolicy':'Never'");
	if (happens(random, 10))
		say(out, ",'schedulerName':'second'");
}

/* A node takes so many of its like only. */
static void say_group(korch_buf *out, korch_random *random)
{
	say(out, ",'annotations':{'korch.dev/max-per-node':'%s'}", PICK(random, "1", "2"));
	if (happens(random, 90))
		say(out,
		    ",'ownerReferences':[{'apiVersion':'apps/v1','kind':'ReplicaSet','name':'s',"
		    "'uid':'%s','controller':true}]",
		    PICK(random, "s1", "s2"));
}

char *generate_pod(korch_random *random, const flavour *f)
{
	static const char *const labels[] = {"'app':'web'",
	                                     "'app':'db'",
	                                     "'app':'web','v':'1'",
	                                     "'app':'web','v':'2'",
	                                     "'v':'1'",
	                                     "",
	                                     "'scheduling.x-k8s.io/pod-group':'g1','app':'db'"};
	korch_buf out;
	korch__buf_init(&out, 0);
	say(&out, "{'apiVersion':'v1','kind':'Pod','metadata':{'namespace':'%s','labels':{%s}",
	    PICK(random, "shop", "shop", "data", "infra"), labels[below(random, 7)]);
	if (happens(random, f->others / 5))
		say_group(&out, random);
	say(&out, "},");
	say(&out, "'spec':{");
	say_containers(&out, random, f);
	say_rest(&out, random, f);
	if (happens(random, f->affinity > f->others ? f->affinity * 2 : f->others)) {
		say(&out, ",'affinity':");
		say_affinity(&out, random, f);
	}
	if (happens(random, f->spread)) {
		say(&out, ",'topologySpreadConstraints':");
		say_spread(&out, random);
	}
	say(&out, "}}");
	char *text = korch__buf_steal(&out);
	if (!text)
		abort();
	return text;
}

korch_pod *generate_instance(const char *pod_template, unsigned id, korch_random *random)
{
	korch_buf text;
	char name[32], uid[32];
	korch__buf_init(&text, 0);
	korch__buf_puts(&text, pod_template);
	korch_pod *pod = (korch_pod *)parse(&text);
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	korch_pod_status *status = korch_struct_edit(&pod->status, &korch_pod_status_type);
	snprintf(name, sizeof(name), "p%u", id);
	snprintf(uid, sizeof(uid), "uid-%u", id);
	korch_string_set(&meta->name, name);
	if (!happens(random, 5))
		korch_string_set(&meta->uid, uid);
	/* all different, in no order: 7919 has no factor in common with 10007 */
	status->start_time = (int64_t)1000000 * (1 + id * 7919 % 10007);
	return pod;
}

korch_map *generate_pod_labels(korch_random *random)
{
	korch_map *labels = NULL;
	if (!happens(random, 20))
		korch_map_set(&labels, "app", PICK(random, "web", "db"));
	if (happens(random, 50))
		korch_map_set(&labels, "v", PICK(random, "1", "2"));
	return labels;
}
