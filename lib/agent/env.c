/* The environment of a container as a whole: envFrom, env, then what Services add. */
#include "agent/env.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "base/vec.h"
#include <ctype.h>
#include <korch/scheduler.h>
#include <stdio.h>
#include <string.h>

enum { VARIABLES_MAX = 10000 };

void korch__env_fini(korch__env *env)
{
	for (size_t i = 0; i < env->n; i++) {
		korch__free(env->items[i].name);
		korch__free(env->items[i].value);
	}
	korch__vec_fini(env);
}

static korch__env_item *find(const korch__env *env, const char *name)
{
	for (size_t i = env->n; i-- > 0;)
		if (strcmp(env->items[i].name, name) == 0)
			return &env->items[i];
	return NULL;
}

const char *korch__env_get(const korch__env *env, const char *name)
{
	const korch__env_item *item = find(env, name);
	return item ? item->value : NULL;
}

/* As korch__env_set(), with a value that is taken over in any case. */
static int take(korch__env *env, const char *name, char *value)
{
	korch__env_item *item = find(env, name);
	if (!value)
		return KORCH_E_NOMEM;
	if (item) {
		korch__free(item->value);
		item->value = value;
		return 0;
	}
	korch__env_item made = {korch__strdup(name), value};
	int code = env->n >= VARIABLES_MAX ? KORCH_E_LIMIT : 0;
	if (code == 0 && (!made.name || korch__vec_push(env, made) < 0))
		code = KORCH_E_NOMEM;
	if (code < 0) {
		korch__free(made.name);
		korch__free(value);
	}
	return code;
}

int korch__env_set(korch__env *env, const char *name, const char *value)
{
	return take(env, name, korch__strdup(value));
}

/* What is gathered from a ConfigMap or Secret. */
typedef struct gather {
	korch__env *env;
	const char *prefix; /* envFrom */
	const char *key;    /* the one key that is wanted; NULL: all */
	char *value;        /* of that key */
} gather;

static int is_name(const char *text)
{
	if (!*text || isdigit((unsigned char)*text))
		return 0;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("_-.", *text))
			return 0;
	return 1;
}

static int gather_one(void *userdata, const char *key, const char *data, size_t length)
{
	gather *to = userdata;
	if (to->key) {
		if (strcmp(to->key, key) != 0 || to->value)
			return 0;
		to->value = korch__strndup(data, length);
		return to->value ? 0 : KORCH_E_NOMEM;
	}
	char *name = korch__sprintf("%s%s", korch__text_or_empty(to->prefix), key);
	int code = name ? 0 : KORCH_E_NOMEM;
	if (code == 0 && is_name(name))
		code = take(to->env, name, korch__strndup(data, length));
	korch__free(name);
	return code;
}

static int say(char **problem, char *text, int code)
{
	*problem = text;
	return text ? code : KORCH_E_NOMEM;
}

/* Where a ConfigMap or Secret is read from, and what to say when it is not there. */
typedef struct source {
	int secret;
	const char *name;
	int optional;
} source;

static int read_source(const korch__env_context *context, const source *from, gather *to,
                       char **problem)
{
	const char *namespace_ = korch_object_namespace(&context->pod->object);
	const char *name = korch__text_or_empty(from->name);
	const char *what = from->secret ? "Secret" : "ConfigMap";
	int code = from->secret
	               ? korch__secret_each(context->view, namespace_, name, gather_one, to)
	               : korch__config_map_each(context->view, namespace_, name, gather_one, to);
	if (code == KORCH_E_NOT_FOUND)
		return from->optional ? 0
		                      : say(problem,
		                            korch__sprintf("%s \"%s\" not found",
		                                           from->secret ? "secret" : "configmap", name),
		                            KORCH_E_NOT_FOUND);
	if (code == 0 && to->key && !to->value && !from->optional)
		return say(
		    problem,
		    korch__sprintf("couldn't find key %s in %s %s/%s", to->key, what, namespace_, name),
		    KORCH_E_NOT_FOUND);
	return code;
}

static int add_from(korch__env *env, const korch__env_context *context,
                    const korch_env_from_source *from, char **problem)
{
	gather to = {.env = env, .prefix = from->prefix};
	source it = {0};
	if (from->config_map_ref)
		it = (source){0, from->config_map_ref->name, from->config_map_ref->optional};
	else if (from->secret_ref)
		it = (source){1, from->secret_ref->name, from->secret_ref->optional};
	else
		return 0;
	return read_source(context, &it, &to, problem);
}

/* The value of a variable; *out stays NULL when it is optional and missing. */
static int value_from(char **out, const korch__env_context *context,
                      const korch_container *container, const korch_env_var_source *from,
                      char **problem)
{
	gather to = {0};
	source it = {0};
	if (from->field_ref)
		return korch__pod_field(out, context, from->field_ref->field_path, problem);
	if (from->resource_field_ref)
		return korch__resource_field(out, context, from->resource_field_ref, container, problem);
	if (from->config_map_key_ref) {
		it = (source){0, from->config_map_key_ref->name, from->config_map_key_ref->optional};
		to.key = korch__text_or_empty(from->config_map_key_ref->key);
	} else if (from->secret_key_ref) {
		it = (source){1, from->secret_key_ref->name, from->secret_key_ref->optional};
		to.key = korch__text_or_empty(from->secret_key_ref->key);
	} else {
		return say(problem, korch__strdup("the source of the variable is not available here"),
		           KORCH_E_INVALID);
	}
	int code = read_source(context, &it, &to, problem);
	*out = to.value;
	return code;
}

static int add_variable(korch__env *env, const korch__env_context *context,
                        const korch_container *container, const korch_env_var *variable,
                        char **problem)
{
	char *value = NULL;
	if (variable->value_from) {
		int code = value_from(&value, context, container, variable->value_from, problem);
		if (code < 0 || !value)
			return code;
	} else {
		value = korch__expand(korch__text_or_empty(variable->value), env);
		if (!value)
			return KORCH_E_NOMEM;
	}
	return take(env, korch__text_or_empty(variable->name), value);
}

static int add_missing(korch__env *env, const korch__env *services)
{
	int code = 0;
	for (size_t i = 0; i < services->n && code == 0; i++)
		if (!korch__env_get(env, services->items[i].name))
			code = korch__env_set(env, services->items[i].name, services->items[i].value);
	return code;
}

/* The devices that the scheduler chose; container runtimes look at the first, programs at the
 * second. */
static int add_devices(korch__env *env, const korch_pod *pod)
{
	static const char *const NAMES[] = {"NVIDIA_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES"};
	const korch_object_meta *meta = pod->object.metadata;
	const char *devices =
	    meta ? korch_map_get(meta->annotations, KORCH_ANNOTATION_GPU_DEVICES) : NULL;
	int code = 0;
	for (size_t i = 0; devices && i < KORCH_COUNT(NAMES) && code == 0; i++)
		if (!korch__env_get(env, NAMES[i]))
			code = korch__env_set(env, NAMES[i], devices);
	return code;
}

static int add_own(korch__env *env, const korch__env_context *context)
{
	const korch_pod_spec *spec = context->pod->spec;
	const char *hostname = spec->hostname && *spec->hostname
	                           ? spec->hostname
	                           : korch_object_name(&context->pod->object);
	int code = korch__env_get(env, "HOSTNAME") ? 0 : korch__env_set(env, "HOSTNAME", hostname);
	if (code == 0)
		code = add_devices(env, context->pod);
	if (code == 0 && context->api_host)
		code = korch__env_set(env, "KUBERNETES_SERVICE_HOST", context->api_host);
	if (code == 0 && context->api_port)
		code = korch__env_set(env, "KUBERNETES_SERVICE_PORT", context->api_port);
	return code;
}

int korch__env_make(korch__env *out, const korch__env_context *context,
                    const korch_container *container, char **problem)
{
	_cleanup_(korch__env_fini) korch__env services = {0};
	int code = korch__env_add_services(&services, context);
	out->behind = &services;
	for (size_t i = 0; i < container->n_env_from && code == 0; i++)
		code = add_from(out, context, &container->env_from[i], problem);
	for (size_t i = 0; i < container->n_env && code == 0; i++)
		code = add_variable(out, context, container, &container->env[i], problem);
	out->behind = NULL;
	if (code == 0)
		code = add_missing(out, &services);
	if (code == 0)
		code = add_own(out, context);
	if (code < 0)
		korch__env_fini(out);
	return code;
}
