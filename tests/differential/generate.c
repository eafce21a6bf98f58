/* Random nodes and what is beside nodes and pods; text with ' for ". */
#include "generate.h"
#include <korch/codec.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t below(korch_random *random, uint64_t n)
{
	return korch__random_below(random, n);
}

int happens(korch_random *random, unsigned percent)
{
	return below(random, 100) < percent;
}

void say(korch_buf *out, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(text))
		abort();
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	korch__buf_puts(out, text);
}

korch_object *parse(korch_buf *text)
{
	korch_object *object = NULL;
	korch_error *err = NULL;
	if (text->failed ||
	    korch_object_from_json(&object, text->data, text->len, NULL, NULL, &err) < 0) {
		fprintf(stderr, "the generator wrote what cannot be read: %s\n%s\n",
		        korch_error_message(err), text->data);
		exit(2);
	}
	korch__buf_fini(text);
	return object;
}

#define PUT(field, ...) snprintf(out->field, sizeof(out->field), __VA_ARGS__)

static void draw_labels(node_text *out, korch_random *random, const char *name)
{
	char host[64] = "", rack[32] = "";
	if (!happens(random, 5))
		snprintf(host, sizeof(host), ",'kubernetes.io/hostname':'%s'", name);
	if (happens(random, 75))
		snprintf(rack, sizeof(rack), ",'rack':'r%d'", (int)below(random, 4));
	PUT(labels, "'any':'x'%s%s%s%s%s", host, rack,
	    PICK(random, ",'zone':'a'", ",'zone':'b'", ",'zone':'c'", ",'zone':'a'", ",'zone':'b'",
	         ",'zone':'b'", ",'zone':'c'", ""),
	    PICK(random, ",'disk':'ssd'", ",'disk':'hdd'", ""),
	    PICK(random, ",'cores':'4'", ",'cores':'8'", ",'cores':'many'", ""));
}

static void draw_taints(node_text *out, korch_random *random)
{
	static const char *const items[] = {
	    "{'key':'gpu','value':'true','effect':'NoSchedule'}",
	    "{'key':'gpu','value':'false','effect':'NoSchedule'}",
	    "{'key':'soft','effect':'PreferNoSchedule'}",
	    "{'key':'softer','value':'1','effect':'PreferNoSchedule'}",
	    "{'key':'out','effect':'NoExecute'}",
	};
	uint64_t first = below(random, 5);
	if (happens(random, 72))
		PUT(taints, "%s", "");
	else if (happens(random, 60))
		PUT(taints, "%s", items[first]);
	else
		PUT(taints, "%s,%s", items[first], items[(first + 1 + below(random, 4)) % 5]);
}

static void draw_resources(node_text *out, korch_random *random)
{
	char extra[96] = "";
	if (happens(random, 40))
		snprintf(extra, sizeof(extra), ",'example.com/gpu':'%d'", (int)below(random, 4));
	if (happens(random, 20))
		strcat(extra, ",'hugepages-2Mi':'4Mi'");
	if (happens(random, 40))
		strcat(extra, PICK(random, ",'nvidia.com/gpu':'1'", ",'nvidia.com/gpu':'2'",
		                   ",'nvidia.com/gpu':'3'"));
	PUT(resources, "'%s':{'cpu':'%s','memory':'%s','pods':'%d'%s%s}",
	    happens(random, 7) ? "capacity" : "allocatable",
	    PICK(random, "1", "2", "2", "4", "4", "1500m", "3999500u"),
	    PICK(random, "1Gi", "2Gi", "2Gi", "4Gi", "4Gi", "3000Mi"), 3 + (int)below(random, 7),
	    PICK(random, ",'ephemeral-storage':'2Gi'", ",'ephemeral-storage':'1Gi'", ""), extra);
}

static void draw_images(node_text *out, korch_random *random)
{
	static const char *const items[] = {
	    "{'names':['shop/web:latest','shop/web@sha256:1'],'sizeBytes':524288000}",
	    "{'names':['shop/web:1'],'sizeBytes':70000000}",
	    "{'names':['host:5000/db:latest'],'sizeBytes':1300000000}",
	    "{'names':['big:2'],'sizeBytes':3000000000}",
	};
	uint64_t first = below(random, 4);
	if (happens(random, 40))
		PUT(images, "%s", "");
	else if (happens(random, 50))
		PUT(images, "%s", items[first]);
	else
		PUT(images, "%s,%s", items[first], items[(first + 1 + below(random, 3)) % 4]);
}

void generate_node_part(node_text *out, korch_random *random, const char *name, int part)
{
	if (part == NODE_LABELS)
		draw_labels(out, random, name);
	else if (part == NODE_TAINTS)
		draw_taints(out, random);
	else if (part == NODE_RESOURCES)
		draw_resources(out, random);
	else if (part == NODE_IMAGES)
		draw_images(out, random);
	else
		out->cordoned = happens(random, 6);
}

korch_node *generate_node(const node_text *text, const char *name)
{
	korch_buf out;
	korch__buf_init(&out, 0);
	say(&out, "{'apiVersion':'v1','kind':'Node','metadata':{'name':'%s','labels':{%s}},", name,
	    text->labels);
	say(&out, "'spec':{'taints':[%s]%s},", text->taints,
	    text->cordoned ? ",'unschedulable':true" : "");
	say(&out, "'status':{%s,'images':[%s]}}", text->resources, text->images);
	return (korch_node *)parse(&out);
}

korch_map *generate_namespace_labels(korch_random *random)
{
	korch_map *labels = NULL;
	if (happens(random, 75))
		korch_map_set(&labels, "team", PICK(random, "x", "y"));
	return labels;
}

korch_node_selector *generate_volume_nodes(korch_random *random)
{
	korch_buf out;
	void *selector = NULL;
	korch__buf_init(&out, 0);
	say(&out, "{'nodeSelectorTerms':[");
	say_node_term(&out, random);
	say(&out, "]}");
	if (out.failed ||
	    korch_struct_from_json(&selector, &korch_node_selector_type, out.data, NULL, NULL) < 0)
		abort();
	korch__buf_fini(&out);
	return selector;
}

korch_pod_disruption_budget *generate_budget(korch_random *random, unsigned id)
{
	korch_buf out;
	korch__buf_init(&out, 0);
	say(&out, "{'apiVersion':'policy/v1','kind':'PodDisruptionBudget','metadata':{'namespace':");
	say(&out, "'%s','name':'b%u'},'spec':{'selector':", PICK(random, "shop", "data"), id);
	say_label_selector(&out, random, 0);
	say(&out, "},'status':{'disruptionsAllowed':%d}}", (int)below(random, 3));
	return (korch_pod_disruption_budget *)parse(&out);
}
