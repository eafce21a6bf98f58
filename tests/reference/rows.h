/* Rows of the reference's tests: objects in few words, and what is expected of them. */
#ifndef KORCH_TESTS_REFERENCE_ROWS_H
#define KORCH_TESTS_REFERENCE_ROWS_H

#include "cluster.h"

/* Documents of YAML; labels, resources and so on are what stands between the braces. */
#define NODE(name, labels, resources) NODE_WITH(name, labels, resources, "", "")
#define NODE_WITH(name, labels, resources, spec, status)                                           \
	"---\n{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {" labels                \
	"}}, spec: {" spec "}, status: {allocatable: {pods: 10, " resources "}, " status "}}\n"
#define NAMESPACE(name, labels)                                                                    \
	"---\n{apiVersion: v1, kind: Namespace, metadata: {name: " name ", labels: {" labels "}}}\n"
#define POD(name, labels, spec) POD_IN("shop", name, labels, spec, "")
#define POD_IN(space, name, labels, spec, status)                                                  \
	"---\n{apiVersion: v1, kind: Pod, metadata: {namespace: " space ", name: " name                \
	", labels: {" labels "}}, spec: {" spec "}, status: {" status "}}\n"
/* A pod on a node, and one that requests. */
#define ON(node) "nodeName: " node
#define ASKS(requests) "containers: [{name: c, resources: {requests: {" requests "}}}]"

/* Decides about the one pod that waits in the text. @return the node's name, or the sentence; valid
 * until the next call */
const char *decided(const char *text);
/* "37 50": one score of each node in order, "-" for nodes that will not do. */
const char *scored(const char *text, int plugin);
const char *scored_raw(const char *text, int plugin);
const char *scored_with(const char *text, int plugin, const reference_profile *profile);
/* "n1: a b (1)": whom the waiting pod drives out of which node (and violations), or "none". */
const char *preempted(const char *text);

#endif
