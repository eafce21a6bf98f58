/*
 * A YAML document whose mistakes are told with file and line: mappings with known keys, texts,
 * numbers, durations. Small documents that people write; manifests are read by the library.
 */
#ifndef KORCH_ROLLOUT_DOC_H
#define KORCH_ROLLOUT_DOC_H

#include <korch/loop.h>
#include <yaml.h>

typedef struct doc {
	const char *file;
	yaml_document_t yaml;
	int is_open;
	korch_error **err;
} doc;

/* A key of a mapping: reads the value into `to`. 0 or a code after doc_fail(). */
typedef struct doc_field {
	const char *name;
	int (*read)(doc *self, yaml_node_t *value, void *to);
} doc_field;

/* Reads a file with one document; err gets all that is wrong from now on. */
int doc_open(doc *self, const char *path, korch_error **err);
void doc_close(doc *self);
/* The document; NULL: it is empty. */
yaml_node_t *doc_root(doc *self);
/* The error with file and line of a node. Returns KORCH_E_INVALID. */
int doc_fail(doc *self, const yaml_node_t *at, const char *format, ...) KORCH_PRINTF(3, 4);
int doc_line(const yaml_node_t *at);

/* A mapping all of whose keys are among the fields. what: "an image", for messages. */
int doc_mapping(doc *self, yaml_node_t *node, const char *what, const doc_field *fields, void *to);
/* Calls read with each item of a list of at most `most`. */
int doc_list(doc *self, yaml_node_t *node, size_t most,
             int (*read)(doc *self, yaml_node_t *item, void *to), void *to);
/* The value of a key; NULL: it is not there. */
yaml_node_t *doc_get(doc *self, yaml_node_t *mapping, const char *key);

int doc_is_null(const yaml_node_t *node);
/* Copies a text that must fit. */
int doc_text(doc *self, yaml_node_t *node, char *out, size_t size);
/* "1h30m", not negative. */
int doc_span(doc *self, yaml_node_t *node, korch_usec *out);
int doc_int(doc *self, yaml_node_t *node, int64_t least, int64_t most, int64_t *out);
int doc_bool(doc *self, yaml_node_t *node, int *out);

#endif
