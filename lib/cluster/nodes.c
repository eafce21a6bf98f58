/* Nodes from options: names, taints in kubectl's form. */
#include "cluster/nodes.h"

#include "base/cleanup.h"
#include "base/text.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TAINTS_MAX = 64, TAINT_MAX = 512, NODES_MAX = 1000000 };

static int parse_taint(korch_taint *out, char *text, korch_error **err)
{
	static const char *const EFFECTS[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
	char *colon = strrchr(text, ':');
	const char *effect = colon ? colon + 1 : "";
	int is_known = 0;
	for (size_t i = 0; i < KORCH_COUNT(EFFECTS); i++)
		is_known |= strcmp(effect, EFFECTS[i]) == 0;
	if (!is_known)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "taint \"%s\": key=value:Effect is needed, Effect one of "
		                       "NoSchedule, PreferNoSchedule, NoExecute",
		                       text);
	*colon = 0;
	char *equals = strchr(text, '=');
	if (equals)
		*equals = 0;
	if (!*text)
		return korch_error_set(err, KORCH_E_INVALID, "a taint needs a key");
	int failed = korch_string_set(&out->key, text) < 0 ||
	             korch_string_set(&out->effect, effect) < 0 ||
	             (equals && korch_string_set(&out->value, equals + 1) < 0);
	return failed ? korch_error_set(err, KORCH_E_NOMEM, "out of memory") : 0;
}

int korch__taints_parse(korch_taint **out, size_t *n_out, const char *text, korch_error **err)
{
	_cleanup_free_ char *copy = korch__strdup(text);
	korch_taint *taints = NULL;
	size_t n = 0;
	char *rest = NULL;
	if (!copy)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	for (char *part = strtok_r(copy, ",", &rest); part; part = strtok_r(NULL, ",", &rest)) {
		int code = n == TAINTS_MAX ? korch_error_set(err, KORCH_E_LIMIT,
		                                             "a node has at most %d taints", TAINTS_MAX)
		                           : 0;
		if (code == 0 && !korch_list_edit(&taints, &n, &korch_taint_type, n + 1))
			code = korch_error_set(err, KORCH_E_NOMEM, "out of memory");
		if (code == 0)
			code = parse_taint(&taints[n - 1], part, err);
		if (code < 0) {
			korch_block_unref(taints);
			return code;
		}
	}
	*out = taints;
	*n_out = n;
	return 0;
}

void korch__cluster_own_name(char *out, size_t size)
{
	size_t n = 0;
	char name[256] = "";
	gethostname(name, sizeof(name) - 1);
	for (const char *at = name; *at && n + 1 < size; at++) {
		char c = (char)tolower((unsigned char)*at);
		if (isalnum((unsigned char)c) || (n > 0 && (c == '-' || c == '.')))
			out[n++] = c;
	}
	while (n > 0 && !isalnum((unsigned char)out[n - 1]))
		n--;
	out[n] = 0;
	if (n == 0)
		memcpy(out, "node", sizeof("node"));
}

void korch__cluster_nodes_free(korch_agent_node *nodes, size_t n)
{
	for (size_t i = 0; nodes && i < n; i++) {
		korch__free((char *)(uintptr_t)nodes[i].name);
		korch_block_unref(nodes[i].taints);
	}
	korch__free(nodes);
}

static int copy_node(korch_agent_node *out, const korch_cluster_node *node, korch_error **err)
{
	korch_taint *taints = NULL;
	if (!node->name || !*node->name)
		return korch_error_set(err, KORCH_E_INVALID, "a node needs a name");
	if (node->taints) {
		int code = korch__taints_parse(&taints, &out->n_taints, node->taints, err);
		if (code < 0)
			return code;
	}
	out->taints = taints;
	out->capacity = node->capacity;
	out->labels = node->labels;
	out->name = korch__strdup(node->name);
	return out->name ? 0 : korch_error_set(err, KORCH_E_NOMEM, "out of memory");
}

int korch__cluster_nodes(korch_agent_node **out, size_t *n_out,
                         const korch_cluster_options *options, const char *own, korch_error **err)
{
	char name[64];
	korch__cluster_own_name(name, sizeof(name));
	const korch_cluster_node self = {.name = *own ? own : name};
	const korch_cluster_node *wanted = options->n_nodes ? options->nodes : &self;
	size_t n = options->n_nodes ? options->n_nodes : 1;
	if (n > NODES_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "at most %d nodes", NODES_MAX);
	korch_agent_node *nodes = korch__calloc(n, sizeof(*nodes));
	if (!nodes)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		int code = copy_node(&nodes[i], &wanted[i], err);
		if (code < 0) {
			korch__cluster_nodes_free(nodes, n);
			return code;
		}
	}
	*out = nodes;
	*n_out = n;
	return 0;
}
