/* Rules of metadata, and of the names of objects by their kind. */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/problems.h"
#include "object/syntax.h"
#include <korch/api.h>
#include <string.h>

enum { ANNOTATIONS_MAX = 256 * 1024, KEY_MAX = 512 };

/* Keys of annotations may be written in capitals. */
static void check_annotations(const korch_map *annotations, const char *path,
                              korch_problems *problems)
{
	size_t size = 0;
	for (size_t i = 0; annotations && i < annotations->n; i++) {
		char lower[KEY_MAX];
		const char *key = annotations->items[i].key;
		size_t n = strlen(key);
		size += n + strlen(korch__text_or_empty(annotations->items[i].value));
		const char *sentences[KORCH_SYNTAX_MAX];
		for (size_t j = 0; j <= n && n < KEY_MAX; j++)
			lower[j] = key[j] >= 'A' && key[j] <= 'Z' ? (char)(key[j] - 'A' + 'a') : key[j];
		size_t found =
		    korch__syntax_text(sentences, KORCH_FORMAT_QUALIFIED_NAME, n < KEY_MAX ? lower : key);
		for (size_t j = 0; j < found; j++)
			korch__problem_field(problems, path, "annotations", KORCH_PROBLEM_INVALID,
			                     "\"%.600s\": %s", key, sentences[j]);
	}
	if (size > ANNOTATIONS_MAX)
		korch__problem_field(problems, path, "annotations", KORCH_PROBLEM_TOO_LONG,
		                     "may not be more than %d bytes", ANNOTATIONS_MAX);
}

static void check_owners(const korch_object_meta *meta, const char *path, korch_problems *problems)
{
	const korch_owner_reference *controller = NULL;
	for (size_t i = 0; i < meta->n_owner_references; i++) {
		const korch_owner_reference *owner = &meta->owner_references[i];
		if (!owner->controller)
			continue;
		if (controller)
			korch__problem_field(problems, path, "ownerReferences", KORCH_PROBLEM_INVALID,
			                     "Only one reference can have Controller set to true. Found "
			                     "\"true\" in references for %s and %s",
			                     korch__text_or_empty(controller->name),
			                     korch__text_or_empty(owner->name));
		controller = owner;
	}
}

void korch__object_meta_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_object_meta *meta = self;
	for (size_t i = 0; meta->labels && i < meta->labels->n; i++)
		korch__syntax_check(problems, path, "labels", KORCH_FORMAT_LABEL_VALUE,
		                    meta->labels->items[i].value);
	check_annotations(meta->annotations, path, problems);
	check_owners(meta, path, problems);
}

/* "a/b", ".", ".." and "%" cannot be parts of a path. */
static void check_path_segment(const char *name, korch_problems *problems)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		korch__problem(problems, "metadata.name", KORCH_PROBLEM_INVALID, "\"%s\": may not be '%s'",
		               name, name);
	if (strchr(name, '/'))
		korch__problem(problems, "metadata.name", KORCH_PROBLEM_INVALID,
		               "\"%s\": may not contain '/'", name);
	if (strchr(name, '%'))
		korch__problem(problems, "metadata.name", KORCH_PROBLEM_INVALID,
		               "\"%s\": may not contain '%%'", name);
}

void korch__object_check_name(const korch_object *object, korch_problems *problems)
{
	const korch_kind *kind = object->kind;
	const korch_object_meta *meta = object->metadata;
	const char *name = meta ? korch__text_or_empty(meta->name) : "";
	const char *prefix = meta ? korch__text_or_empty(meta->generate_name) : "";
	if (!*name && !*prefix)
		korch__problem(problems, "metadata.name", KORCH_PROBLEM_REQUIRED,
		               "name or generateName is required");
	if (meta && !kind->namespaced && meta->namespace_ && *meta->namespace_)
		korch__problem(problems, "metadata.namespace", KORCH_PROBLEM_FORBIDDEN,
		               "not allowed on this type");
	if (strcmp(kind->group, "rbac.authorization.k8s.io") == 0)
		check_path_segment(name, problems);
	else if (kind == &korch_service_kind)
		korch__syntax_check(problems, "metadata", "name", KORCH_FORMAT_DNS1035_LABEL, name);
	else if (kind == &korch_namespace_kind)
		korch__syntax_check(problems, "metadata", "name", KORCH_FORMAT_DNS1123_LABEL, name);
	else
		korch__syntax_check(problems, "metadata", "name", KORCH_FORMAT_DNS1123_SUBDOMAIN, name);
}

static void check_same(const char *now, const char *before, const char *path,
                       korch_problems *problems)
{
	if (before && *before && !korch__text_equal(now, before))
		korch__problem(problems, path, KORCH_PROBLEM_INVALID, "\"%s\": field is immutable",
		               korch__text_or_empty(now));
}

void korch__object_check_update(const korch_object *object, const korch_object *old,
                                korch_problems *problems)
{
	const korch_object_meta *now = object->metadata, *before = old->metadata;
	if (!now || !before || now == before)
		return;
	check_same(now->name, before->name, "metadata.name", problems);
	check_same(now->namespace_, before->namespace_, "metadata.namespace", problems);
	check_same(now->uid, before->uid, "metadata.uid", problems);
	if (before->creation_timestamp && now->creation_timestamp != before->creation_timestamp)
		korch__problem(problems, "metadata.creationTimestamp", KORCH_PROBLEM_INVALID,
		               "field is immutable");
	if (before->deletion_timestamp && !now->deletion_timestamp)
		korch__problem(problems, "metadata.deletionTimestamp", KORCH_PROBLEM_INVALID,
		               "null: field is immutable");
	for (size_t i = 0; before->deletion_timestamp && i < now->n_finalizers; i++) {
		size_t at = 0;
		while (at < before->n_finalizers &&
		       !korch__text_equal(now->finalizers[i], before->finalizers[at]))
			at++;
		if (at == before->n_finalizers)
			korch__problem(problems, "metadata.finalizers", KORCH_PROBLEM_FORBIDDEN,
			               "no new finalizers can be added if the object is being deleted, found "
			               "new finalizers %s",
			               korch__text_or_empty(now->finalizers[i]));
	}
}
