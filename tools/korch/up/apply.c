/* Manifests of `korch up`: read, applied, and what is gone from them deleted. */
#include "up/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell_problem(void *userdata, const char *line, int is_error)
{
	session *self = userdata;
	char text[2048];
	if (self->output) {
		snprintf(text, sizeof(text), "%s%s", is_error ? "" : "warning: ", line);
		if (is_error)
			self->output->ops->error(self->output, text);
		else
			self->output->ops->note(self->output, text);
		return;
	}
	fprintf(stderr, "korch: %s%s\n", is_error ? "" : "warning: ", line);
}

void session_tell(session *self, korch_error *error)
{
	char *text = korch_error_format(error);
	self->output->ops->error(self->output, text ? text : korch_code_text(korch_error_code(error)));
	free(text);
	korch_error_free(error);
}

korch_manifest *session_read(session *self)
{
	korch_manifest *manifest = NULL;
	korch_error *error = NULL;
	int code = tool_read(&manifest, &self->options->paths, &error);
	size_t errors = manifest ? tool_each_problem(manifest, tell_problem, self) : 0;
	if (code < 0 && errors == 0) {
		char *text = korch_error_format(error);
		tell_problem(self, text ? text : korch_code_text(code), 1);
		free(text);
	}
	korch_error_free(error);
	if (code == 0 && errors == 0)
		return manifest;
	korch_manifest_free(manifest);
	return NULL;
}

/* Objects that a person expects something of, and which are only kept until their controllers are
 * there. */
static int is_only_kept(const korch_kind *kind)
{
	static const char *const KINDS[] = {
	    "Job",     "CronJob",       "ReplicationController", "HorizontalPodAutoscaler",
	    "Ingress", "NetworkPolicy", "PersistentVolumeClaim"};
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (strcmp(KINDS[i], kind->name) == 0)
			return 1;
	return 0;
}

static void on_applied(void *userdata, const korch_object *object, korch_apply_result result)
{
	session *self = userdata;
	self->output->ops->applied(self->output, object, result);
	if (result == KORCH_APPLY_CREATED && is_only_kept(object->kind)) {
		char text[512];
		snprintf(text, sizeof(text), "warning: %s/%s is kept, but nothing here acts on a %s yet",
		         object->kind->singular, korch_object_name(object), object->kind->name);
		self->output->ops->note(self->output, text);
	}
}

int session_manifest_has(const korch_manifest *manifest, const korch_object *object)
{
	const korch_key wanted = korch_object_key(object);
	for (size_t i = 0; i < korch_manifest_count(manifest); i++) {
		const korch_key key = korch_object_key(korch_manifest_object(manifest, i));
		if (korch_key_compare(&key, &wanted) == 0)
			return 1;
	}
	return 0;
}

void session_delete(session *self, const korch_key *key)
{
	korch_error *error = NULL;
	int code = korch_cluster_delete(self->cluster, key, NULL, &error);
	if (code < 0 && code != KORCH_E_NOT_FOUND) {
		session_tell(self, error);
		return;
	}
	korch_error_free(error);
	self->output->ops->deleted(self->output, key);
}

/* What was in the manifests before and is not now goes. */
static void prune(session *self, const korch_manifest *before, const korch_manifest *now)
{
	for (size_t i = 0; before && i < korch_manifest_count(before); i++) {
		const korch_object *object = korch_manifest_object(before, i);
		const korch_key key = korch_object_key(object);
		if (!session_manifest_has(now, object))
			session_delete(self, &key);
	}
}

int session_apply(session *self, korch_manifest *manifest)
{
	korch_error *error = NULL;
	int code = self->state.is_durable ? session_mark(manifest) : 0;
	if (code == 0)
		code = korch_cluster_apply(self->cluster, manifest, on_applied, self, &error);
	if (code < 0) {
		session_tell(self, error);
		korch_manifest_free(manifest);
		return code;
	}
	if (self->state.is_durable)
		session_prune_marked(self, manifest);
	else
		prune(self, self->manifest, manifest);
	korch_manifest_free(self->manifest);
	self->manifest = manifest;
	return 0;
}
