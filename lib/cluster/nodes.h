/* The nodes that a cluster's options name, in the agent's form. */
#ifndef KORCH_CLUSTER_NODES_H
#define KORCH_CLUSTER_NODES_H

#include "agent/agent.h"
#include <korch/cluster.h>

/* One node named as this host when the options name none. The caller frees. */
int korch__cluster_nodes(korch_agent_node **out, size_t *n_out,
                         const korch_cluster_options *options, const char *own, korch_error **err);
/* This host's name as a DNS label; "node" when it has none. */
void korch__cluster_own_name(char *out, size_t size);
void korch__cluster_nodes_free(korch_agent_node *nodes, size_t n);
/* "key=value:Effect,…" as kubectl writes taints, into an array block. */
int korch__taints_parse(korch_taint **out, size_t *n_out, const char *text, korch_error **err);

#endif
