/* Readers of `korch schedule`: YAML and JSON manifests, CSV, priority classes, templates. */
#ifndef KORCH_SCHEDULE_INPUT_H
#define KORCH_SCHEDULE_INPUT_H

#include "schedule/model.h"
#include "tool.h"

#include <json-c/json.h>

/* A file of the command line. */
typedef struct input_file {
	const char *path; /* "-": standard input */
	int is_of_nodes;  /* given by --nodes */
} input_file;

/* What priority classes there are. */
typedef struct input_class {
	const char *name;
	int64_t value;
	const char *preemption_policy; /* or NULL */
	int is_default;
} input_class;

typedef struct input {
	schedule_model *model;
	MODEL_LIST(input_class) classes;
	MODEL_LIST(char *) owners; /* "Kind/namespace/name" of all controllers, sorted */
} input;

/*
 * Reads all files into the model. 0, or a code; without an error behind it the problems have been
 * printed already.
 */
int input_read(schedule_model *self, const input_file *files, size_t n, korch_error **err);

/* Manifests: 0, or a code as above. */
int input_read_manifests(schedule_model *self, char *const *paths, size_t n, korch_error **err);
/* A text of CSV; name is that of the file. */
int input_read_csv(schedule_model *self, const input_file *file, const char *name, char *text,
                   size_t length, korch_error **err);
/* 1 when the first line of a text names columns that are known. */
int input_is_csv(const char *text, size_t length);

/* Makes the pods of a template; 1 when the object is of a kind that has one. */
int input_expand(input *self, const korch_object *object, model_place place, korch_error **err);
/* Notes a DaemonSet, and makes the pods of all of them once the nodes are known; in daemon.c. */
int input_add_daemon(schedule_model *self, korch_object *owner,
                     const korch_pod_template_spec *template_, model_place place,
                     korch_error **err);
int input_make_daemons(schedule_model *self, korch_error **err);
/* A pod of a template, named so; NULL when memory is short. */
korch_pod *input_make_pod(const korch_object *owner, const korch_pod_template_spec *template_,
                          const char *name);
/* Reads a PriorityClass. */
int input_add_class(input *self, const korch_object *object, model_place place, korch_error **err);
/* Gives a spec (exclusively owned) the priority and the preemption policy of its class. */
int input_set_priority(const input *self, korch_pod_spec *spec, model_place place,
                       korch_error **err);
/* Reads a PodGroup of the coscheduling plugin, or of Kubernetes itself. */
int input_add_gang(schedule_model *self, const korch_object *object, model_place place,
                   korch_error **err);
/* Claims and the volumes they are bound to, of the whole manifest. */
int input_add_claims(schedule_model *self, korch_error **err);

/* The value at a path as a tree, or NULL when it is not set. */
struct json_object *input_value(const korch_object *object, const char *path);
/* A whole number at a path; `missing` when it is not set. */
int input_number(int64_t *out, const korch_object *object, const char *path, int64_t missing,
                 korch_error **err);
/* The group that a pod belongs to for people: its label, its controller, or its application. */
const char *input_group(const korch_object *object);
/* One line on standard error about something that is passed over. */
void input_note(model_place place, const char *format, ...) KORCH_PRINTF(2, 3);

#endif
