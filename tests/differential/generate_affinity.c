/* Random selectors, affinities and spread constraints of pods. */
#include "generate.h"

static void say_values(korch_buf *out, korch_random *random, const char *how,
                       const char *const *values, size_t n)
{
	const char *first = values[below(random, n)], *second = values[below(random, n)];
	say(out, "'operator':'%s'", how);
	if (how[0] == 'I' || how[0] == 'N')
		say(out, first == second ? ",'values':['%s']" : ",'values':['%s','%s']", first, second);
}

static void say_requirement(korch_buf *out, korch_random *random, int only_app)
{
	static const char *const apps[] = {"web", "db", "x"}, *const versions[] = {"1", "2"};
	const char *how = PICK(random, "In", "NotIn", "Exists", "DoesNotExist", "In");
	int app = only_app || happens(random, 60);
	say(out, "{'key':'%s',", app ? "app" : "v");
	say_values(out, random, how, app ? apps : versions, app ? 3 : 2);
	say(out, "}");
}

void say_label_selector(korch_buf *out, korch_random *random, int only_app)
{
	say(out, "{");
	if (happens(random, 70))
		say(out, "'matchLabels':{'app':'%s'}", PICK(random, "web", "db"));
	else if (happens(random, 80)) {
		say(out, "'matchExpressions':[");
		say_requirement(out, random, only_app);
		if (happens(random, 30)) {
			say(out, ",");
			say_requirement(out, random, only_app);
		}
		say(out, "]");
	}
	say(out, "}");
}

static void say_node_requirement(korch_buf *out, korch_random *random)
{
	static const char *const zones[] = {"a", "b", "c"}, *const disks[] = {"ssd", "hdd"};
	static const char *const names[] = {"n0", "n1", "n10", "n2"}, *const cores[] = {"4", "8"};
	const char *how = PICK(random, "In", "NotIn", "Exists", "DoesNotExist", "In", "In");
	switch (below(random, 5)) {
	case 0:
		say(out, "{'key':'cores','operator':'%s','values':['%s']}", PICK(random, "Gt", "Lt"),
		    PICK(random, "4", "7", "8", "-1"));
		return;
	case 1:
		say(out, "{'key':'disk',");
		say_values(out, random, how, disks, 2);
		break;
	case 2:
		say(out, "{'key':'kubernetes.io/hostname',");
		say_values(out, random, how, names, 4);
		break;
	case 3:
		say(out, "{'key':'cores',");
		say_values(out, random, how, cores, 2);
		break;
	default:
		say(out, "{'key':'zone',");
		say_values(out, random, how, zones, 3);
	}
	say(out, "}");
}

void say_node_term(korch_buf *out, korch_random *random)
{
	int fields = happens(random, 12), expressions = !fields || happens(random, 40);
	if (happens(random, 4)) {
		say(out, "{}");
		return;
	}
	say(out, "{");
	if (expressions) {
		say(out, "'matchExpressions':[");
		say_node_requirement(out, random);
		if (happens(random, 30)) {
			say(out, ",");
			say_node_requirement(out, random);
		}
		say(out, "]");
	}
	if (fields) {
		say(out, "%s'matchFields':[", expressions ? "," : "");
		for (int i = 0, n = 1 + happens(random, 30); i < n; i++)
			say(out, "%s{'key':'metadata.name','operator':'%s','values':['%s']}", i ? "," : "",
			    PICK(random, "In", "NotIn", "In"), PICK(random, "n0", "n1", "n10", "n2", "n3"));
		say(out, "]");
	}
	say(out, "}");
}

static void say_node_affinity(korch_buf *out, korch_random *random)
{
	int required = happens(random, 50), preferred = !required || happens(random, 50);
	say(out, "'nodeAffinity':{");
	if (required) {
		say(out, "'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[");
		for (uint64_t i = 0, n = 1 + below(random, 2); i < n; i++) {
			say(out, i ? "," : "");
			say_node_term(out, random);
		}
		say(out, "]}");
	}
	if (preferred) {
		say(out, "%s'preferredDuringSchedulingIgnoredDuringExecution':[", required ? "," : "");
		for (uint64_t i = 0, n = 1 + below(random, 3); i < n; i++) {
			say(out, "%s{'weight':%s,'preference':", i ? "," : "",
			    PICK(random, "1", "3", "50", "100"));
			say_node_term(out, random);
			say(out, "}");
		}
		say(out, "]");
	}
	say(out, "}");
}

static void say_namespaces(korch_buf *out, korch_random *random)
{
	if (happens(random, 20))
		say(out, ",'namespaces':['%s','%s']", PICK(random, "shop", "data"),
		    PICK(random, "infra", "nowhere"));
	if (happens(random, 80))
		return;
	switch (below(random, 4)) {
	case 0:
		say(out, ",'namespaceSelector':{}");
		break;
	case 1:
		say(out, ",'namespaceSelector':{'matchExpressions':[{'key':'team','operator':'%s'}]}",
		    PICK(random, "Exists", "DoesNotExist"));
		break;
	default:
		say(out, ",'namespaceSelector':{'matchLabels':{'team':'%s'}}", PICK(random, "x", "y"));
	}
}

static void say_pod_term(korch_buf *out, korch_random *random)
{
	int same = happens(random, 10), other = !same && happens(random, 10);
	say(out, "{'topologyKey':'%s'",
	    PICK(random, "zone", "kubernetes.io/hostname", "rack", "zone", "kubernetes.io/hostname"));
	if (same || other || !happens(random, 5)) {
		say(out, ",'labelSelector':");
		say_label_selector(out, random, same || other);
	}
	if (same || other)
		say(out, ",'%s':['v']", same ? "matchLabelKeys" : "mismatchLabelKeys");
	say_namespaces(out, random);
	say(out, "}");
}

static void say_pod_affinity(korch_buf *out, korch_random *random, const char *name)
{
	int required = happens(random, 55), preferred = !required || happens(random, 30);
	say(out, "'%s':{", name);
	if (required) {
		say(out, "'requiredDuringSchedulingIgnoredDuringExecution':[");
		for (uint64_t i = 0, n = 1 + happens(random, 25); i < n; i++) {
			say(out, i ? "," : "");
			say_pod_term(out, random);
		}
		say(out, "]");
	}
	if (preferred) {
		say(out, "%s'preferredDuringSchedulingIgnoredDuringExecution':[", required ? "," : "");
		for (uint64_t i = 0, n = 1 + below(random, 2); i < n; i++) {
			say(out, "%s{'weight':%s,'podAffinityTerm':", i ? "," : "",
			    PICK(random, "1", "5", "100"));
			say_pod_term(out, random);
			say(out, "}");
		}
		say(out, "]");
	}
	say(out, "}");
}

void say_affinity(korch_buf *out, korch_random *random, const flavour *f)
{
	static const char *const names[] = {"podAffinity", "podAntiAffinity"};
	const char *comma = "";
	say(out, "{");
	if (happens(random, f->others)) {
		say_node_affinity(out, random);
		comma = ",";
	}
	for (size_t i = 0; i < 2; i++) {
		if (!happens(random, f->affinity))
			continue;
		say(out, "%s", comma);
		say_pod_affinity(out, random, names[i]);
		comma = ",";
	}
	say(out, "}");
}

static void say_constraint(korch_buf *out, korch_random *random, const char *key)
{
	int hard = happens(random, 50), same = happens(random, 15);
	say(out, "{'maxSkew':%d,'topologyKey':'%s','whenUnsatisfiable':'%s'", 1 + (int)below(random, 3),
	    key, hard ? "DoNotSchedule" : "ScheduleAnyway");
	if (hard && happens(random, 25))
		say(out, ",'minDomains':%d", 1 + (int)below(random, 4));
	if (happens(random, 40))
		say(out, ",'nodeAffinityPolicy':'%s'", PICK(random, "Honor", "Ignore"));
	if (happens(random, 40))
		say(out, ",'nodeTaintsPolicy':'%s'", PICK(random, "Honor", "Ignore"));
	if (same || !happens(random, 5)) {
		say(out, ",'labelSelector':");
		say_label_selector(out, random, same);
	}
	if (same)
		say(out, ",'matchLabelKeys':['v']");
	say(out, "}");
}

void say_spread(korch_buf *out, korch_random *random)
{
	static const char *const keys[] = {"zone", "kubernetes.io/hostname", "rack"};
	uint64_t first = below(random, 3);
	say(out, "[");
	say_constraint(out, random, keys[first]);
	if (happens(random, 40)) {
		say(out, ",");
		say_constraint(out, random, keys[(first + 1) % 3]);
	}
	say(out, "]");
}
