/*
 * Looking into the tree of a configuration: values with their path and line, and the errors about
 * them. What the fields mean stands in the files beside this one.
 */
#ifndef KORCH_OBJECT_CONFIG_H
#define KORCH_OBJECT_CONFIG_H

#include "object/path.h"
#include "object/tree.h"
#include <korch/error.h>

/* What is read, and where its error goes. */
typedef struct korch__config {
	const char *file; /* may be NULL */
	korch_error **err;
	int is_secret; /* 1: errors show no value that was found, and no unknown field's name */
} korch__config;

/* A value and where it stands; lives on the stack of who looks at it, as the spots above it do. */
typedef struct korch__spot {
	struct json_object *node; /* NULL: absent, or null */
	korch__path path;
	int line;
} korch__spot;

/* Sets the error with path, file and line. Returns the code. */
int korch__config_fail(const korch__config *config, const korch__spot *spot, int code,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));
/* KORCH_E_NOMEM with its text. */
int korch__config_nomem(const korch__config *config);

/* The value of a field. */
korch__spot korch__spot_field(const korch__spot *spot, const char *name);
/* Item i of a list. */
korch__spot korch__spot_item(const korch__spot *spot, size_t i);

/* Fields that may be there, ended by NULL: others are an error that names the one meant. Absent
 * values are fine. 0 or the error. */
int korch__config_fields(const korch__config *config, const korch__spot *spot,
                         const char *const *names);
/* Number of items of a list, 0 when absent; more than `max` are an error. */
int64_t korch__config_count(const korch__config *config, const korch__spot *spot, size_t max);
/* Whole numbers within bounds; *out stays when absent. */
int korch__config_int(int64_t *out, const korch__config *config, const korch__spot *spot,
                      int64_t min, int64_t max);
/* Texts; *out stays when absent, and is borrowed from the tree. */
int korch__config_text(const char **out, const korch__config *config, const korch__spot *spot);
/* true or false; *out stays when absent. */
int korch__config_bool(int *out, const korch__config *config, const korch__spot *spot);
/* An error "Unsupported value" that lists what is allowed (ended by NULL), unless the text is one
 * of it; otherwise its index. */
int korch__config_choice(const korch__config *config, const korch__spot *spot, const char *text,
                         const char *const *allowed);

#endif
