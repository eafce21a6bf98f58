/* Random nodes and pods of few values, so that everything meets everything and ties are frequent.
 */
#ifndef KORCH_TESTS_DIFFERENTIAL_GENERATE_H
#define KORCH_TESTS_DIFFERENTIAL_GENERATE_H

#include "base/buf.h"
#include "base/random.h"
#include <korch/api/core_node.h>
#include <korch/api/core_pod.h>
#include <korch/api/policy.h>

/* What a node is made of, as JSON with ' for ". */
typedef struct node_text {
	char labels[256], taints[384], resources[384], images[384];
	int cordoned;
} node_text;

enum node_part { NODE_LABELS, NODE_TAINTS, NODE_RESOURCES, NODE_IMAGES, NODE_CORDON, NODE_PARTS };

/* How rich the pods of a case are, in percent of their features; 0: plain requests only. */
typedef struct flavour {
	unsigned affinity, spread, others;
} flavour;

uint64_t below(korch_random *random, uint64_t n);
/* 1 in `percent` of 100 times. */
int happens(korch_random *random, unsigned percent);
#define PICK(random, ...)                                                                          \
	(((const char *const[]){__VA_ARGS__})[below(                                                   \
	    (random), sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))])
/* Adds text, printf style, with " for '. */
void say(korch_buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Reads what was said; ends the program when it cannot be read. */
korch_object *parse(korch_buf *text);

/* Draws one part of a node anew. */
void generate_node_part(node_text *out, korch_random *random, const char *name, int part);
korch_node *generate_node(const node_text *text, const char *name);

/* A pod without name: a template, as JSON with ' for ". */
char *generate_pod(korch_random *random, const flavour *f);
/* A pod of that template; id makes its name, uid and start. */
korch_pod *generate_instance(const char *pod_template, unsigned id, korch_random *random);
korch_map *generate_pod_labels(korch_random *random);
korch_map *generate_namespace_labels(korch_random *random);
korch_node_selector *generate_volume_nodes(korch_random *random);
korch_pod_disruption_budget *generate_budget(korch_random *random, unsigned id);

/* generate_affinity.c: parts of a pod's spec */
void say_label_selector(korch_buf *out, korch_random *random, int only_app);
void say_node_term(korch_buf *out, korch_random *random);
void say_affinity(korch_buf *out, korch_random *random, const flavour *f);
void say_spread(korch_buf *out, korch_random *random);

#endif
