/*
 * What is gone from manifests, also when it went while no korch ran: each object of a durable state
 * says in an annotation which file it came from. Files that are not given are not asked about.
 */
#include "up/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MARK[] = "korch.dev/manifest";
static const char LAST_APPLIED[] = "kubectl.kubernetes.io/last-applied-configuration";
static const char STDIN_MARK[] = "-";

/* The file as it is marked; the caller's. */
static char *mark_of(const char *file)
{
	char *real = file ? realpath(file, NULL) : NULL;
	return real ? real : strdup(STDIN_MARK);
}

int session_mark(korch_manifest *manifest)
{
	char *mark = NULL;
	const char *file = NULL;
	int code = 0;
	for (size_t i = 0; i < korch_manifest_count(manifest) && code == 0; i++) {
		const char *of = korch_manifest_file(manifest, i);
		if (!mark || !of || !file || strcmp(of, file) != 0) {
			free(mark);
			mark = mark_of(of);
			file = of;
		}
		code = mark ? korch_manifest_annotate(manifest, i, MARK, mark) : KORCH_E_NOMEM;
	}
	free(mark);
	return code;
}

/* Whether a file is one of a folder that is read, as that is read. */
static int is_within(const char *mark, const char *folder, int recursive)
{
	size_t n = strlen(folder);
	if (strncmp(mark, folder, n) != 0)
		return 0;
	if (mark[n] == 0)
		return 1;
	return mark[n] == '/' && (recursive || !strchr(mark + n + 1, '/'));
}

static int is_given(const char *mark, const tool_paths *paths)
{
	int is_it = 0;
	for (size_t i = 0; i < paths->n && !is_it; i++) {
		if (strcmp(paths->paths[i], "-") == 0) {
			is_it = strcmp(mark, STDIN_MARK) == 0;
			continue;
		}
		char *real = realpath(paths->paths[i], NULL);
		is_it = real && is_within(mark, real, paths->recursive);
		free(real);
	}
	return is_it;
}

typedef struct search {
	session *of;
	const korch_manifest *now;
	korch_object **gone;
	size_t n;
	size_t cap;
} search;

static int keep(search *self, const korch_object *object)
{
	if (self->n == self->cap) {
		size_t cap = self->cap ? 2 * self->cap : 64;
		korch_object **more = realloc(self->gone, cap * sizeof(*more));
		if (!more)
			return KORCH_E_NOMEM;
		self->gone = more;
		self->cap = cap;
	}
	self->gone[self->n++] = korch_object_ref(object);
	return 0;
}

/* Controllers give annotations on to what they make: that is not ours. */
static int on_object(void *userdata, const korch_object *object)
{
	search *self = userdata;
	const korch_object_meta *meta = object->metadata;
	const char *mark = meta ? korch_map_get(meta->annotations, MARK) : NULL;
	if (!mark || meta->n_owner_references || meta->deletion_timestamp ||
	    !korch_map_get(meta->annotations, LAST_APPLIED) ||
	    !is_given(mark, &self->of->options->paths) || session_manifest_has(self->now, object))
		return 0;
	return keep(self, object);
}

void session_prune_marked(session *self, const korch_manifest *now)
{
	search found = {.of = self, .now = now};
	const korch_view *view = korch_engine_view(korch_cluster_engine(self->cluster));
	const korch_kind *kind;
	int code = 0;
	for (size_t i = 0; (kind = korch_kind_at(i)) && code == 0; i++) {
		const korch_view_query query = {.kind = kind};
		code = korch_view_each(view, &query, on_object, &found);
	}
	for (size_t i = 0; i < found.n; i++) {
		const korch_key key = korch_object_key(found.gone[i]);
		session_delete(self, &key);
		korch_object_unref(found.gone[i]);
	}
	free(found.gone);
}
