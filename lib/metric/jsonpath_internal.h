/* What the files of JSONPath share: where a walk is, and the values it has. */
#ifndef KORCH_METRIC_JSONPATH_INTERNAL_H
#define KORCH_METRIC_JSONPATH_INTERNAL_H

#include "base/vec.h"
#include "metric/jsonpath.h"
#include <json-c/json.h>
#include <stdint.h>

enum { KORCH__JSONPATH_LENGTH_MAX = 1024, KORCH__JSONPATH_VALUES_MAX = 10000 };

typedef KORCH_VEC(struct json_object *) korch__jsonpath_values;

typedef struct korch__jsonpath {
	const char *text, *at;
	struct json_object *root;    /* $ */
	struct json_object *current; /* @ */
	int relaxed;                 /* 1: a missing key is no failure (in filters, after "..") */
	int check;                   /* 1: syntax only */
	int depth;                   /* of filters in filters */
	size_t work;
	korch_error **err;
} korch__jsonpath;

/* Follows a path from where `walk` stands; the values go to `out`. 0 or a code with err. */
int korch__jsonpath_walk(korch__jsonpath *walk, korch__jsonpath_values *out);
/* After "[?": keeps the elements for which the comparison holds; reads up to "]" without it. */
int korch__jsonpath_filter(korch__jsonpath *walk, const korch__jsonpath_values *from,
                           korch__jsonpath_values *to);
int korch__jsonpath_fail(korch__jsonpath *walk, const char *what);
int korch__jsonpath_put(korch__jsonpath *walk, korch__jsonpath_values *to,
                        struct json_object *value);
void korch__jsonpath_spaces(korch__jsonpath *walk);
/* A name in quotes into `name`; at the quote. */
int korch__jsonpath_quoted(korch__jsonpath *walk, char *name, size_t size);

#endif
