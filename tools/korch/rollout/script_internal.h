/* Shared by the files that read a script. */
#ifndef KORCH_ROLLOUT_SCRIPT_INTERNAL_H
#define KORCH_ROLLOUT_SCRIPT_INTERNAL_H

#include "rollout/doc.h"
#include "rollout/script.h"

/* A zeroed item more in an array whose length is *n; NULL after doc_fail(). */
void *script_grow(doc *d, void *array, size_t *n, size_t size);
/* One item of "metrics" and of "actions". */
int script_read_metric(doc *d, yaml_node_t *item, void *to);
int script_read_action(doc *d, yaml_node_t *item, void *to);
void script_metric_fini(script_metric *self);

#endif
