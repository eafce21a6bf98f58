/*
 * Texts into objects: documents, lists, default namespaces; every problem goes to the manifest's
 * list. What is read how is in read.h, what an object is in codec.h.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "object/manifest.h"
#include "object/problems.h"
#include <korch/validate.h>
#include <stdio.h>
#include <string.h>

enum { MAX_KIND = 253 };

/* One text that is being read. */
typedef struct text_read {
	korch_manifest *manifest;
	const char *file;
	size_t n_errors;    /* of the list before this text */
	korch_error *first; /* of the text's errors */
} text_read;

static size_t count_errors(const korch_manifest *manifest)
{
	return korch_problems_total(manifest->problems, KORCH_SEVERITY_ERROR);
}

static void keep_first(text_read *self, int code, const korch_problem *problem)
{
	if (self->first)
		return;
	korch_error_set(&self->first, code, "%s", problem->message);
	if (problem->path[0] != '\0')
		korch_error_prefix_path(&self->first, problem->path);
	korch_error_set_location(&self->first, problem->file, problem->line);
}

/* Adds an error about the text or a document as such. */
static void add_error(text_read *self, int code, int line, const char *message)
{
	korch_problem problem = {.kind = KORCH_PROBLEM_OTHER,
	                         .path = "",
	                         .message = message,
	                         .file = self->file,
	                         .line = line};
	korch_problem_add(self->manifest->problems, &problem);
	keep_first(self, code, &problem);
}

static int no_memory(text_read *self)
{
	korch_error_free(KORCH_STEAL(self->first));
	return korch_error_set(&self->first, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
}

static const char *text_of(struct json_object *tree, const char *key)
{
	struct json_object *value = json_object_object_get(tree, key);
	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

/*
 * A namespaced object without a namespace gets the default one; one whose metadata is no ObjectMeta
 * stays.
 */
static int set_namespace(korch_manifest *manifest, korch_object *object)
{
	if (manifest->namespace_[0] == '\0' || !object->metadata || !object->kind->namespaced ||
	    korch_object_namespace(object)[0] != '\0')
		return 0;
	korch_object_meta *meta = korch_object_edit_meta(object);
	return meta ? korch_string_set(&meta->namespace_, manifest->namespace_) : KORCH_E_NOMEM;
}

/* Takes the object. */
static int keep_object(text_read *self, korch_object *object, struct json_object *tree, int line)
{
	korch_manifest *manifest = self->manifest;
	if (manifest->items.n >= manifest->options.max_objects) {
		korch_object_unref(object);
		char message[64];
		snprintf(message, sizeof(message), "more than %zu objects", manifest->options.max_objects);
		add_error(self, KORCH_E_LIMIT, line, message);
		return KORCH_E_LIMIT;
	}
	korch__manifest_item item = {object, self->file, line,
	                             manifest->options.keep_lines ? json_object_get(tree) : NULL};
	if (set_namespace(manifest, object) < 0 || korch__vec_push(&manifest->items, item) < 0) {
		korch__manifest_item_fini(&item);
		return no_memory(self);
	}
	return 0;
}

/* Checks an object as it would be with its defaults; problems get the lines of their paths. */
static int check_object(text_read *self, const korch_object *object, struct json_object *tree)
{
	korch_manifest *manifest = self->manifest;
	size_t first = korch_problems_count(manifest->problems);
	korch_object *copy = korch_object_edit(object);
	int code = copy ? korch_object_set_defaults(copy) : KORCH_E_NOMEM;
	if (code == 0)
		code = korch_object_validate(copy, manifest->problems);
	if (code != KORCH_E_NOMEM && manifest->options.check && copy &&
	    manifest->options.check(manifest->options.userdata, copy, manifest->problems) < 0)
		code = KORCH_E_NOMEM;
	korch_object_unref(copy);
	korch__problems_set_lines(manifest->problems, first, self->file, tree);
	return code == KORCH_E_NOMEM ? code : 0;
}

/*
 * Files for kustomize lie among manifests and are not objects of a cluster: a reader that checks
 * its objects leaves them out, and says so.
 */
static int is_left_out(text_read *self, const korch_object *object, int line)
{
	korch_manifest *manifest = self->manifest;
	if (!manifest->options.validate || strcmp(object->kind->group, "kustomize.config.k8s.io") != 0)
		return 0;
	korch__problems_at_place(manifest->problems, self->file, line);
	korch__problem_warn(manifest->problems, "", KORCH_PROBLEM_OTHER,
	                    "a %s is not an object of a cluster, left out", object->kind->name);
	korch__problems_at_place(manifest->problems, NULL, 0);
	return 1;
}

/* A kind that nobody knows, in an API version whose kinds are all known, is a slip of the pen. */
static int is_misspelt(text_read *self, const korch_kind *kind, int line)
{
	const char *names[256];
	size_t n = 0;
	char message[512];
	const korch_kind *other;
	/* Groups of Kubernetes itself; others have custom resources. */
	int is_closed = !strchr(kind->group, '.') || korch__text_has_suffix(kind->group, ".k8s.io");
	if (!self->manifest->options.validate || kind->builtin || !is_closed)
		return 0;
	for (size_t i = 0; (other = korch_kind_at(i)) && n < KORCH_COUNT(names); i++)
		if (other->builtin && strcmp(other->api_version, kind->api_version) == 0)
			names[n++] = other->name;
	if (n == 0)
		return 0;
	const char *meant = korch__text_nearest(kind->name, names, n);
	for (size_t i = 0; !meant && (other = korch_kind_at(i)); i++)
		if (other->builtin && strcmp(other->name, kind->name) == 0)
			meant = other->api_version;
	snprintf(message, sizeof(message), "no kind \"%s\" in %s%s%s%s", kind->name, kind->api_version,
	         meant ? ", did you mean " : "", meant ? meant : "", meant ? "?" : "");
	add_error(self, KORCH_E_INVALID, line, message);
	return 1;
}

/* The first error among the problems from index `at` on is what the whole text fails with. */
static void keep_first_from(text_read *self, size_t at)
{
	const korch_problems *problems = self->manifest->problems;
	const korch_problem *problem = korch_problems_at(problems, at);
	while (problem && problem->severity != KORCH_SEVERITY_ERROR)
		problem = korch_problems_at(problems, ++at);
	if (problem)
		keep_first(self, KORCH_E_INVALID, problem);
}

static int add_object(text_read *self, struct json_object *tree, int line)
{
	korch_manifest *manifest = self->manifest;
	korch_decode_options options = {
	    .strict = manifest->options.strict, .max_depth = 2000, .line = line, .file = self->file};
	korch_object *object = NULL;
	_cleanup_error_ korch_error *error = NULL;
	size_t before = count_errors(manifest), n_problems = korch_problems_count(manifest->problems);
	int code = korch__object_decode(&object, tree, &options, manifest->problems, &error);
	if (code == 0 && is_left_out(self, object, line)) {
		korch_object_unref(object);
		return 0;
	}
	if (code == 0 && is_misspelt(self, object->kind, line)) {
		korch_object_unref(object);
		return 0;
	}
	if (code == 0 && manifest->options.validate)
		code = check_object(self, object, tree);
	if (code == KORCH_E_NOMEM) {
		korch_object_unref(object);
		return no_memory(self);
	}
	if (code == 0 && count_errors(manifest) == before)
		return keep_object(self, object, tree, line);
	korch_object_unref(code == 0 ? object : NULL);
	if (count_errors(manifest) == before) { /* told by the error alone */
		add_error(self, code, korch_error_line(error) > 0 ? korch_error_line(error) : line,
		          korch_error_message(error));
		return 0;
	}
	korch_error_set_location(&error, self->file, line);
	if (!self->first && error)
		self->first = KORCH_STEAL(error);
	keep_first_from(self, n_problems);
	return 0;
}

/* The length of a list's kind without "List"; 0 when the tree is no list. */
static size_t list_kind_length(struct json_object *tree)
{
	const char *kind = text_of(tree, "kind");
	size_t n = strlen(kind);
	struct json_object *items = json_object_object_get(tree, "items");
	int has_items = json_object_is_type(items, json_type_array) ||
	                (items == NULL && json_object_object_get_ex(tree, "items", NULL));
	return has_items && n <= MAX_KIND && korch__text_has_suffix(kind, "List") ? n : 0;
}

/*
 * An item of PodList needs no apiVersion and kind of its own: a copy of its top level that has
 * them. Shares what is below.
 */
static struct json_object *with_kind(struct json_object *item, struct json_object *list,
                                     size_t kind_length)
{
	_cleanup_tree_ struct json_object *copy = json_object_new_object();
	struct json_object *kind =
	    json_object_new_string_len(text_of(list, "kind"), (int)(kind_length - strlen("List")));
	struct json_object *version = json_object_get(json_object_object_get(list, "apiVersion"));
	if (!copy || !kind || json_object_object_add(copy, "apiVersion", version) < 0 ||
	    json_object_object_add(copy, "kind", kind) < 0)
		return NULL;
	json_object_object_foreach(item, key, value)
	{
		if (json_object_object_add(copy, key, json_object_get(value)) < 0)
			return NULL;
	}
	korch__tree_set_line(copy, korch__tree_line(item));
	return KORCH_STEAL(copy);
}

static int add_tree(text_read *self, struct json_object *tree, int line);

static int add_items(text_read *self, struct json_object *list, size_t kind_length)
{
	struct json_object *items = json_object_object_get(list, "items");
	for (size_t i = 0; items && i < json_object_array_length(items); i++) {
		struct json_object *item = json_object_array_get_idx(items, i);
		if (!item)
			continue;
		_cleanup_tree_ struct json_object *named = NULL;
		if (kind_length > strlen("List") && json_object_is_type(item, json_type_object) &&
		    text_of(item, "kind")[0] == '\0') {
			named = with_kind(item, list, kind_length);
			if (!named)
				return no_memory(self);
		}
		int code = add_tree(self, named ? named : item, korch__tree_line(item));
		if (code < 0)
			return code;
	}
	return 0;
}

static int add_tree(text_read *self, struct json_object *tree, int line)
{
	if (!json_object_is_type(tree, json_type_object)) {
		add_error(self, KORCH_E_INVALID, line, "an object with apiVersion and kind was expected");
		return 0;
	}
	int has_version = text_of(tree, "apiVersion")[0] != '\0',
	    has_kind = text_of(tree, "kind")[0] != '\0';
	if (!has_version || !has_kind) {
		add_error(self, KORCH_E_INVALID, line,
		          has_kind      ? "apiVersion not set"
		          : has_version ? "kind not set"
		                        : "apiVersion and kind not set");
		return 0;
	}
	size_t kind_length = list_kind_length(tree);
	return kind_length > 0 ? add_items(self, tree, kind_length) : add_object(self, tree, line);
}

static int on_document(void *userdata, struct json_object *tree, int line)
{
	text_read *self = userdata;
	self->manifest->n_documents++;
	return tree ? add_tree(self, tree, line) : 0;
}

static int on_duplicate(void *userdata, const char *path, int line, int first_line)
{
	text_read *self = userdata;
	int strict = self->manifest->options.strict;
	char message[64];
	snprintf(message, sizeof(message), "duplicate key, first given in line %d", first_line);
	korch_problem problem = {.severity = strict ? KORCH_SEVERITY_ERROR : KORCH_SEVERITY_WARNING,
	                         .kind = KORCH_PROBLEM_OTHER,
	                         .path = path,
	                         .message = message,
	                         .file = self->file,
	                         .line = line};
	korch_problem_add(self->manifest->problems, &problem);
	if (strict)
		keep_first(self, KORCH_E_INVALID, &problem);
	return 0;
}

static void on_failure(void *userdata, const korch_error *error)
{
	text_read *self = userdata;
	const char *path = korch_error_path(error);
	korch_problem problem = {.kind = KORCH_PROBLEM_OTHER,
	                         .path = korch__text_or_empty(path),
	                         .message = korch_error_message(error),
	                         .file = self->file,
	                         .line = korch_error_line(error)};
	korch_problem_add(self->manifest->problems, &problem);
	/* That a text cannot be read at all weighs more than what is wrong with its objects. */
	if (self->first && korch_error_code(self->first) != KORCH_E_PARSE)
		korch_error_free(KORCH_STEAL(self->first));
	keep_first(self, korch_error_code(error), &problem);
}

static void drop_items(korch_manifest *manifest, size_t n)
{
	while (manifest->items.n > n)
		korch__manifest_item_fini(&manifest->items.items[--manifest->items.n]);
}

/* Reads; the first error is in self->first. */
static int read_text(text_read *self, const char *text, size_t length)
{
	const korch_manifest_options *options = &self->manifest->options;
	korch__read read = {
	    .file = self->file,
	    .limits = {.max_bytes = options->max_bytes,
	               .max_nodes = options->max_nodes,
	               .max_alias_nodes = options->max_alias_nodes,
	               .max_documents = options->max_documents,
	               .max_depth = options->max_depth},
	    .document = on_document,
	    .duplicate = on_duplicate,
	    .failed = on_failure,
	    .userdata = self,
	};
	_cleanup_error_ korch_error *error = NULL;
	int code = korch__text_read(&read, text, length, &error);
	if (code < 0 && error)
		on_failure(self, error);
	if (code == 0 && count_errors(self->manifest) > self->n_errors)
		code = self->first ? (int)korch_error_code(self->first) : KORCH_E_INVALID;
	return code;
}

static const char *keep_file_name(korch_manifest *manifest, const char *file)
{
	char *copy = korch__strdup(file);
	if (!copy || korch__vec_push(&manifest->files, copy) < 0) {
		korch__free(copy);
		return NULL;
	}
	return copy;
}

int korch_manifest_read_text(korch_manifest *manifest, const char *text, size_t length,
                             const char *file, korch_error **err)
{
	if (!manifest || (!text && length > 0))
		return korch_error_set(err, KORCH_E_INVALID, "no manifest or no text");
	text_read self = {.manifest = manifest, .n_errors = count_errors(manifest)};
	size_t n_items = manifest->items.n;
	if (file && !(self.file = keep_file_name(manifest, file)))
		return korch_error_set(err, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
	manifest->n_files++;
	int code = read_text(&self, text, length);
	korch__problems_at_place(manifest->problems, NULL, 0);
	if (code < 0)
		drop_items(manifest, n_items);
	if (code < 0 && err)
		*err = KORCH_STEAL(self.first);
	korch_error_free(self.first);
	return code;
}
