/*
 * Real manifests: counts of manifest_counts.json, nothing lost from text through objects to JSON
 * and YAML; and every kind of Kubernetes' API, whose YAML must give the object that its JSON gives.
 */
#include "files.h"
#include "object/codec.h"
#include "object/read.h"
#include "unit.h"
#include <korch/manifest.h>
#include <korch/yaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tally {
	int n_parsed;
	size_t n_documents, n_objects, n_typed;
	struct json_object *errors;  /* names of files that cannot be read, in order */
	struct json_object *refused; /* what was wrong with objects, as korch_error_format() says it */
	struct json_object *kinds;   /* "v1/Pod": count */
} tally;

static int keep(void *userdata, struct json_object *tree, int line)
{
	json_object_array_add(userdata, json_object_get(tree));
	return 0;
}

static int later_wins(void *userdata, const char *path, int line, int first_line)
{
	return 0;
}

static struct json_object *read_trees(const char *text, size_t len)
{
	struct json_object *list = json_object_new_array();
	korch__read read = {.document = keep, .duplicate = later_wins, .userdata = list};
	ck_assert_int_eq(korch__text_read(&read, text, len, NULL), 0);
	return list;
}

static int same_scalar(struct json_object *a, struct json_object *b)
{
	const char *plain = korch__tree_plain_text(a);
	if (!plain && !json_object_is_type(a, json_type_string)) /* cpu: 1 is "1" from then on */
		plain = json_object_to_json_string(a);
	return korch__tree_equal(a, b) || (plain && json_object_is_type(b, json_type_string) &&
	                                   strcmp(plain, json_object_get_string(b)) == 0);
}

/* Fails the test when something in `from` is not in `to`: nulls and what holds nothing may go. */
static void check_kept(struct json_object *from, struct json_object *to, const char *path)
{
	char below[1024];
	if (json_object_is_type(from, json_type_object)) {
		json_object_object_foreach(from, key, value)
		{
			snprintf(below, sizeof(below), "%s.%s", path, key);
			check_kept(value, json_object_object_get(to, key), below);
		}
	} else if (json_object_is_type(from, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(from); i++) {
			snprintf(below, sizeof(below), "%s[%zu]", path, i);
			ck_assert_msg(json_object_is_type(to, json_type_array), "%s: lost", path);
			check_kept(json_object_array_get_idx(from, i), json_object_array_get_idx(to, i), below);
		}
	} else if (from) {
		ck_assert_msg(same_scalar(from, to), "%s: %s became %s", path,
		              json_object_to_json_string(from), json_object_to_json_string(to));
	}
}

/* Object → JSON and YAML → the same object again. */
static void check_again(const korch_object *object, const char *path)
{
	char *yaml = NULL;
	size_t len;
	ck_assert_int_eq(korch_object_to_yaml(&yaml, &len, object, 0), 0);
	korch_manifest *manifest = NULL;
	korch_error *error = NULL;
	ck_assert_int_eq(korch_manifest_new(&manifest, NULL, NULL), 0);
	int code = korch_manifest_read_text(manifest, yaml, len, path, &error);
	ck_assert_msg(code == 0, "%s: %s\n%s", path, korch_error_message(error), yaml);
	ck_assert_uint_eq(korch_manifest_count(manifest), 1);
	ck_assert_msg(korch_object_equal(korch_manifest_object(manifest, 0), object),
	              "%s: differs as YAML", path);
	korch_manifest_free(manifest);
	free(yaml);
}

/* All objects of a file against the documents that they came from. */
static void check_objects(const korch_manifest *manifest, const char *path)
{
	size_t len, next = 0;
	char *text = files_read(path, &len);
	_cleanup_tree_ struct json_object *trees = read_trees(text, len);
	free(text);
	for (size_t i = 0; i < korch_manifest_count(manifest); i++) {
		struct json_object *tree = NULL;
		while (!tree)
			tree = json_object_array_get_idx(trees, next++);
		_cleanup_tree_ struct json_object *encoded = NULL;
		ck_assert_int_eq(korch__object_encode(&encoded, korch_manifest_object(manifest, i)), 0);
		check_kept(tree, encoded, path);
		check_again(korch_manifest_object(manifest, i), path);
	}
}

static const char *member(struct json_object *tree, const char *key)
{
	struct json_object *value =
	    json_object_is_type(tree, json_type_object) ? json_object_object_get(tree, key) : NULL;
	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static void count_document(tally *self, struct json_object *tree)
{
	const char *version = member(tree, "apiVersion"), *kind = member(tree, "kind");
	self->n_documents++;
	if (!version || !kind)
		return;
	char name[256];
	snprintf(name, sizeof(name), "%s/%s", version, kind);
	int n = json_object_get_int(json_object_object_get(self->kinds, name));
	json_object_object_add(self->kinds, name, json_object_new_int(n + 1));
	self->n_objects++;
}

/*
 * What can be read must become objects, but for files of other programs, which lie among them, and
 * what Kubernetes refuses too.
 */
static void count_objects(tally *self, const char *path)
{
	korch_manifest *manifest = NULL;
	korch_error *error = NULL;
	ck_assert_int_eq(korch_manifest_new(&manifest, NULL, NULL), 0);
	int code = korch_manifest_read_file(manifest, path, &error);
	const korch_problems *problems = korch_manifest_problems(manifest);
	if (code == 0)
		check_objects(manifest, path);
	for (size_t i = 0; code < 0 && i < korch_problems_count(problems); i++) {
		const korch_problem *problem = korch_problems_at(problems, i);
		char text[512];
		snprintf(text, sizeof(text), "%s:%d: %s: %s", strrchr(path, '/') + 1, problem->line,
		         problem->path, problem->message);
		if (problem->severity == KORCH_SEVERITY_ERROR && !strstr(text, "not set"))
			json_object_array_add(self->refused, json_object_new_string(text));
	}
	for (size_t i = 0; i < korch_manifest_count(manifest); i++)
		self->n_typed += korch_manifest_object(manifest, i)->kind->type != NULL;
	korch_error_free(error);
	korch_manifest_free(manifest);
}

static void count_file(void *userdata, const char *path, const char *name)
{
	tally *self = userdata;
	size_t len;
	char *text = files_read(path, &len);
	_cleanup_tree_ struct json_object *trees = json_object_new_array();
	korch__read read = {.document = keep, .duplicate = later_wins, .userdata = trees};
	int code = korch__text_read(&read, text, len, NULL);
	free(text);
	if (code < 0) {
		json_object_array_add(self->errors, json_object_new_string(name));
		return;
	}
	self->n_parsed++;
	for (size_t i = 0; i < json_object_array_length(trees); i++)
		count_document(self, json_object_array_get_idx(trees, i));
	count_objects(self, path);
}

static int by_text(const void *a, const void *b)
{
	struct json_object *const *one = a, *const *other = b;
	return strcmp(json_object_get_string(*one), json_object_get_string(*other));
}

static size_t number(struct json_object *object, const char *key)
{
	return (size_t)json_object_get_int64(json_object_object_get(object, key));
}

START_TEST(counts)
{
	char path[4096];
	size_t len;
	snprintf(path, sizeof(path), "%s/manifest_counts.json", getenv("KORCH_DATA"));
	char *text = files_read(path, &len);
	_cleanup_tree_ struct json_object *documents = read_trees(text, len);
	free(text);
	struct json_object *sets = json_object_array_get_idx(documents, 0);
	ck_assert_int_ge(json_object_object_length(sets), 5);
	size_t n_typed = 0;
	_cleanup_tree_ struct json_object *refused = json_object_new_array();
	json_object_object_foreach(sets, name, wanted)
	{
		tally self = {.errors = json_object_new_array(),
		              .refused = json_object_new_array(),
		              .kinds = json_object_new_object()};
		ck_assert_uint_eq(files_each(name, count_file, &self), number(wanted, "files"));
		ck_assert_uint_eq((size_t)self.n_parsed, number(wanted, "parsed"));
		json_object_array_sort(self.errors, by_text);
		ck_assert_msg(korch__tree_equal(self.errors, json_object_object_get(wanted, "errors")),
		              "%s: %s", name, json_object_to_json_string(self.errors));
		ck_assert_uint_eq(self.n_documents, number(wanted, "documents"));
		ck_assert_uint_eq(self.n_objects, number(wanted, "objects"));
		ck_assert_msg(korch__tree_equal(self.kinds, json_object_object_get(wanted, "kinds")),
		              "%s: %s", name, json_object_to_json_string(self.kinds));
		for (size_t i = 0; i < json_object_array_length(self.refused); i++)
			json_object_array_add(refused,
			                      json_object_get(json_object_array_get_idx(self.refused, i)));
		json_object_put(self.refused);
		json_object_put(self.errors);
		json_object_put(self.kinds);
		n_typed += self.n_typed;
	}
	ck_assert_uint_gt(n_typed, 300);
	/* a placeholder that Kubernetes refuses as well */
	ck_assert_str_eq(json_object_to_json_string_ext(refused, JSON_C_TO_STRING_PLAIN),
	                 "[\"fc.yaml:17: spec.volumes[0].fc.lun: expected integer, found string "
	                 "\\\"<ADD LUN ID Here>\\\"\"]");
}
END_TEST

typedef struct pair {
	struct json_object *json; /* what the kind's JSON gave */
	size_t n;
} pair;

/* A file of one object, through an object; a WatchEvent, which is no object, as it stands. */
static struct json_object *through_object(const char *path, int is_object)
{
	korch_manifest *manifest = NULL;
	korch_error *error = NULL;
	struct json_object *tree = NULL;
	ck_assert_int_eq(korch_manifest_new(&manifest, &(korch_manifest_options){.strict = 1}, NULL),
	                 0);
	int code = korch_manifest_read_file(manifest, path, &error);
	if (is_object) {
		ck_assert_msg(code == 0, "%s: %s %s", path, korch_error_path(error),
		              korch_error_message(error));
		ck_assert_uint_eq(korch_manifest_count(manifest), 1);
		check_objects(manifest, path);
		ck_assert_int_eq(korch__object_encode(&tree, korch_manifest_object(manifest, 0)), 0);
	} else {
		size_t len;
		char *text = files_read(path, &len);
		_cleanup_tree_ struct json_object *trees = read_trees(text, len);
		tree = json_object_get(json_object_array_get_idx(trees, 0));
		free(text);
	}
	korch_error_free(error);
	korch_manifest_free(manifest);
	return tree;
}

/* json and yaml of a kind follow each other in the order of names. */
static void check_kind(void *userdata, const char *path, const char *name)
{
	pair *self = userdata;
	struct json_object *tree = through_object(path, strstr(name, "WatchEvent") == NULL);
	if (strstr(name, ".json")) {
		self->json = tree;
		return;
	}
	ck_assert_msg(korch__tree_equal(tree, self->json), "%s: differs from the JSON", path);
	json_object_put(tree);
	json_object_put(self->json);
	self->json = NULL;
	self->n++;
}

START_TEST(all_kinds)
{
	pair self = {.n = 0};
	files_each("k8s-api-testdata/HEAD", check_kind, &self);
	ck_assert_uint_eq(self.n, 193);
}
END_TEST

KORCH_SUITE(manifest_data)
{
	Suite *suite = suite_create("manifest_data");
	if (getenv("KORCH_DATA"))
		KORCH_CASE(suite, "files", counts, all_kinds);
	return suite;
}
