/*
 * JSONPath as Kubernetes' client-go has it (util/jsonpath): what a web metric takes out of an
 * answer. Only the first value is asked for, as Argo Rollouts does.
 */
#ifndef KORCH_METRIC_JSONPATH_H
#define KORCH_METRIC_JSONPATH_H

#include <korch/error.h>

struct json_object;

/*
 * *out: the first value that the path finds, borrowed from root; NULL for null. `path` is
 * "{$.a.b[0]}"; braces may be left out. check: only the syntax is looked at.
 * 0, KORCH_E_PARSE (with the column), KORCH_E_NOT_FOUND ("b is not found"), KORCH_E_INVALID (not an
 * array …), KORCH_E_LIMIT, KORCH_E_NOMEM.
 */
int korch__jsonpath_first(struct json_object **out, const char *path, struct json_object *root,
                          int check, korch_error **err);

#endif
