/*
 * The environment of a container: variables from the spec, from ConfigMaps, Secrets and the pod's
 * own fields, of Services; and
 * $(NAME) in command, args and paths. Reads a view, does nothing else.
 */
#ifndef KORCH_AGENT_ENV_H
#define KORCH_AGENT_ENV_H

#include "base/buf.h"
#include <korch/api/core_pod.h>
#include <korch/view.h>

/* Where values come from. Borrowed. */
typedef struct korch__env_context {
	const korch_view *view;
	const korch_pod *pod;
	const char *pod_address;  /* "" when not known */
	const char *host_address; /* "" when not known */
	int64_t node_cpu_milli;   /* what limits default to */
	int64_t node_memory_bytes;
	const char *api_host; /* KUBERNETES_SERVICE_HOST and _PORT; NULL: not set */
	const char *api_port;
} korch__env_context;

typedef struct korch__env_item {
	char *name;
	char *value;
} korch__env_item;

/* Variables, in order; each name once. */
typedef struct korch__env {
	korch__env_item *items;
	size_t n;
	size_t cap;
	const struct korch__env *behind; /* asked by korch__expand() for what is not in here; may be
	                                    NULL */
} korch__env;

/*
 * Makes the environment of container i. 0, KORCH_E_NOT_FOUND or _INVALID with *problem in
 * Kubernetes' words (the caller's), KORCH_E_LIMIT (more than 1 MiB or 10,000 variables),
 * KORCH_E_NOMEM.
 */
int korch__env_make(korch__env *out, const korch__env_context *context,
                    const korch_container *container, char **problem);
void korch__env_fini(korch__env *env);
const char *korch__env_get(const korch__env *env, const char *name); /* NULL: not there */
/* Sets a variable, in place of one of that name. 0, KORCH_E_NOMEM, KORCH_E_LIMIT. */
int korch__env_set(korch__env *env, const char *name, const char *value);

/* env_service.c: variables of the Services in the pod's namespace. */
int korch__env_add_services(korch__env *env, const korch__env_context *context);

/* expand.c: $(NAME) by the value that the environment has; $$ by $; what is unknown stays. NULL
 * without memory. */
char *korch__expand(const char *text, const korch__env *env);

/* field.c */
/* Value of a field of the pod ("metadata.labels['x']"). 0, KORCH_E_INVALID with *problem,
 * KORCH_E_NOMEM. */
int korch__pod_field(char **out, const korch__env_context *context, const char *path,
                     char **problem);
/* Value of a container's request or limit. own: the container when the selector names none, or
 * NULL. */
int korch__resource_field(char **out, const korch__env_context *context,
                          const korch_resource_field_selector *selector, const korch_container *own,
                          char **problem);

/* config_value.c: content of ConfigMaps and Secrets. */
/* Calls fn for each key with its bytes. */
typedef int (*korch__config_fn)(void *userdata, const char *key, const char *data, size_t length);
/* 0, KORCH_E_NOT_FOUND (there is no such object), or what fn returned. */
int korch__config_map_each(const korch_view *view, const char *namespace_, const char *name,
                           korch__config_fn fn, void *userdata);
int korch__secret_each(const korch_view *view, const char *namespace_, const char *name,
                       korch__config_fn fn, void *userdata);

#endif
