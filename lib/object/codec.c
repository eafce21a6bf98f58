/*
 * Objects from and to JSON: what stands around the tables (apiVersion, kind, metadata, kinds
 * without a table). Fields stand in decode.c and encode.c.
 */
#include "object/codec.h"
#include "base/cleanup.h"
#include "object/block.h"
#include "object/decode.h"
#include "object/json.h"
#include "object/object.h"
#include "object/tree.h"
#include <string.h>

static const korch_decode_options default_options;

static void problems_free_p(korch_problems **slot)
{
	korch_problems_free(*slot);
}

/* Text of apiVersion or kind; NULL after a problem was reported. */
static const char *head_text(korch__decoder *self, struct json_object *tree, const char *name)
{
	struct json_object *node = json_object_object_get(tree, name);
	korch__path here = KORCH__PATH_FIELD(NULL, name);
	if (!node)
		korch__decode_problem(self, &here, tree, KORCH_PROBLEM_REQUIRED, "%s", "");
	else if (!json_object_is_type(node, json_type_string))
		korch__decode_mismatch(self, &here, node, "string");
	else if (!json_object_get_string(node)[0])
		korch__decode_problem(self, &here, node, KORCH_PROBLEM_REQUIRED, "%s", "");
	else
		return json_object_get_string(node);
	return NULL;
}

static int find_kind(korch__decoder *self, const korch_kind **out, struct json_object *tree)
{
	const char *api_version = head_text(self, tree, "apiVersion");
	const char *kind = head_text(self, tree, "kind");
	if (!api_version || !kind)
		return 0;
	_cleanup_error_ korch_error *err = NULL;
	int code = korch_kind_get(out, api_version, kind, &err);
	if (code != KORCH_E_INVALID)
		return code;
	korch__path here = KORCH__PATH_FIELD(NULL, "kind");
	return korch__decode_problem(self, &here, json_object_object_get(tree, "kind"),
	                             KORCH_PROBLEM_INVALID, "\"%.200s\": %s", kind,
	                             korch_error_message(err));
}

/* Whether content that is not ObjectMeta belongs to the object's own kind instead: nothing in it
 * names an object. */
static int is_foreign_meta(const korch_object *object, struct json_object *node)
{
	if (object->kind->builtin)
		return 0;
	return !json_object_is_type(node, json_type_object) ||
	       (!json_object_object_get(node, "name") && !json_object_object_get(node, "generateName"));
}

/* Metadata of a kind without a table; *taken says that it need not stay in raw. */
static int decode_meta(korch__decoder *self, korch_object *object, struct json_object *node,
                       int *taken)
{
	korch__path here = KORCH__PATH_FIELD(NULL, "metadata");
	*taken = 1;
	self->may_be_list = 1;
	if (!node)
		return korch_object_edit_meta(object) ? 0 : KORCH_E_NOMEM;
	if (is_foreign_meta(object, node)) {
		_cleanup_(problems_free_p) korch_problems *trial = NULL;
		if (korch_problems_new(&trial, 1) < 0)
			return KORCH_E_NOMEM;
		korch__decoder quiet = *self;
		quiet.problems = trial;
		int code =
		    korch__decode_field(&quiet, object, &korch__raw_object_type.fields[0], node, &here);
		*taken = korch_problems_total(trial, KORCH_SEVERITY_ERROR) == 0 && object->metadata;
		object->present = (uint64_t)*taken;
		if (code < 0 || *taken)
			return code;
		korch_block_take(&object->metadata, NULL);
		return 0;
	}
	object->present |= 1;
	return korch__decode_field(self, object, &korch__raw_object_type.fields[0], node, &here);
}

static void write_member(korch_buf *buf, const char *key, struct json_object *node)
{
	if (buf->len > 1)
		korch__buf_putc(buf, ',');
	korch__json_write_string(buf, key, strlen(key));
	korch__buf_putc(buf, ':');
	korch__json_write(buf, node);
}

static int decode_untyped(korch__decoder *self, korch_object *object, struct json_object *tree)
{
	int meta_taken = 0;
	int code = decode_meta(self, object, json_object_object_get(tree, "metadata"), &meta_taken);
	if (code < 0)
		return code;
	korch_buf buf;
	korch__buf_init(&buf, self->max_bytes);
	korch__buf_putc(&buf, '{');
	json_object_object_foreach(tree, key, node)
	{
		if (strcmp(key, "apiVersion") == 0 || strcmp(key, "kind") == 0 ||
		    (meta_taken && strcmp(key, "metadata") == 0))
			continue;
		write_member(&buf, key, node);
		if (buf.failed)
			break;
	}
	korch__buf_putc(&buf, '}');
	code = buf.failed;
	if (code == 0) {
		object->raw = korch_string_new_n(buf.data, buf.len);
		code = object->raw ? 0 : KORCH_E_NOMEM;
	}
	korch__buf_fini(&buf);
	return code;
}

static int decode_object(korch__decoder *self, korch_object **out, struct json_object *tree)
{
	if (!json_object_is_type(tree, json_type_object))
		return korch__decode_mismatch(self, NULL, tree, "object");
	const korch_kind *kind = NULL;
	int code = find_kind(self, &kind, tree);
	if (code < 0 || !kind)
		return code;
	_cleanup_object_ korch_object *object = NULL;
	code = korch__object_new_bare(&object, kind);
	if (code == 0)
		code = kind->type ? korch__decode_struct(self, object, kind->type, tree, NULL)
		                  : decode_untyped(self, object, tree);
	if (code == 0 && kind->type && !object->metadata && !korch_object_edit_meta(object))
		code = KORCH_E_NOMEM;
	if (code == 0)
		*out = KORCH_STEAL(object);
	return code;
}

/* The first error among problems from index `first` on becomes the error. */
static int result_of(korch_problems *problems, size_t first, size_t errors_before,
                     korch_error **err)
{
	if (korch_problems_total(problems, KORCH_SEVERITY_ERROR) == errors_before)
		return 0;
	for (size_t i = first; i < korch_problems_count(problems); i++) {
		const korch_problem *problem = korch_problems_at(problems, i);
		if (problem->severity != KORCH_SEVERITY_ERROR)
			continue;
		korch_error_set(err, KORCH_E_INVALID, "%s", problem->message);
		if (problem->path[0])
			korch_error_prefix_path(err, problem->path);
		korch_error_set_location(err, problem->file, problem->line);
		return KORCH_E_INVALID;
	}
	return korch_error_set(err, KORCH_E_INVALID, "more problems than are kept");
}

int korch__object_decode(korch_object **out, struct json_object *tree,
                         const korch_decode_options *options, korch_problems *problems,
                         korch_error **err)
{
	_cleanup_(problems_free_p) korch_problems *own = NULL;
	if (!problems && korch_problems_new(&own, 0) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__decoder self = {.options = options ? options : &default_options,
	                       .problems = problems ? problems : own};
	self.max_bytes = self.options->max_bytes ? self.options->max_bytes : KORCH__BYTES_DEFAULT;
	size_t first = korch_problems_count(self.problems);
	size_t errors = korch_problems_total(self.problems, KORCH_SEVERITY_ERROR);
	_cleanup_object_ korch_object *object = NULL;
	int code = decode_object(&self, &object, tree);
	if (code < 0)
		return korch_error_set(err, code, "%s", korch_code_text(code));
	code = result_of(self.problems, first, errors, err);
	if (code < 0)
		return code;
	if (!object) /* a problem that could not be kept */
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	*out = KORCH_STEAL(object);
	return 0;
}

int korch_object_from_json(korch_object **out, const char *text, size_t length,
                           const korch_decode_options *options, korch_problems *problems,
                           korch_error **err)
{
	if (!out || (!text && length))
		return korch_error_set(err, KORCH_E_INVALID, "no text");
	_cleanup_tree_ struct json_object *tree = NULL;
	size_t errors = korch_problems_total(problems, KORCH_SEVERITY_ERROR);
	size_t first = korch_problems_count(problems);
	_cleanup_object_ korch_object *object = NULL;
	int code = korch__json_parse(&tree, text ? text : "", length, options, problems, err);
	if (code == 0)
		code = korch__object_decode(&object, tree, options, problems, err);
	if (code == 0)
		code = result_of(problems, first, errors, err);
	if (code == 0)
		*out = KORCH_STEAL(object);
	return code;
}

int korch__object_encode(struct json_object **out, const korch_object *object)
{
	static const korch_decode_options deep = {.max_bytes = SIZE_MAX / 4,
	                                          .max_depth = KORCH__DEPTH_MAX};
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__object_write(&buf, object, 0);
	int code = buf.failed;
	if (code == 0)
		code = korch__json_parse(out, buf.data, buf.len, &deep, NULL, NULL);
	korch__buf_fini(&buf);
	return code;
}

static int hand_out(char **out, size_t *length, korch_buf *buf)
{
	int code = buf->failed;
	size_t n = buf->len;
	char *text = code == 0 ? korch__buf_steal(buf) : NULL;
	korch__buf_fini(buf);
	if (!text)
		return code < 0 ? code : KORCH_E_NOMEM;
	*out = text;
	if (length)
		*length = n;
	return 0;
}

int korch_object_to_json(char **out, size_t *length, const korch_object *object, uint32_t flags)
{
	if (!out || !object)
		return KORCH_E_INVALID;
	korch_buf buf, pretty;
	korch__buf_init(&buf, 0);
	korch__object_write(&buf, object, flags);
	if (!(flags & KORCH_ENCODE_PRETTY) || buf.failed)
		return hand_out(out, length, &buf);
	korch__buf_init(&pretty, 0);
	korch__json_write_pretty(&pretty, buf.data, buf.len);
	korch__buf_fini(&buf);
	return hand_out(out, length, &pretty);
}

int korch_struct_from_json(void **out, const korch_type *type, const char *text,
                           korch_problems *problems, korch_error **err)
{
	if (!out || !type || !text)
		return korch_error_set(err, KORCH_E_INVALID, "no text");
	_cleanup_(problems_free_p) korch_problems *own = NULL;
	if (!problems && korch_problems_new(&own, 0) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__decoder self = {.options = &default_options,
	                       .problems = problems ? problems : own,
	                       .max_bytes = KORCH__BYTES_DEFAULT};
	size_t first = korch_problems_count(self.problems);
	size_t errors = korch_problems_total(self.problems, KORCH_SEVERITY_ERROR);
	_cleanup_tree_ struct json_object *tree = NULL;
	int code = korch__json_parse(&tree, text, strlen(text), NULL, self.problems, err);
	if (code < 0)
		return code;
	void *block = korch_struct_new(type);
	code = block ? korch__decode_struct(&self, block, type, tree, NULL) : KORCH_E_NOMEM;
	if (code < 0)
		korch_error_set(err, code, "%s", korch_code_text(code));
	else
		code = result_of(self.problems, first, errors, err);
	if (code < 0) {
		korch_block_unref(block);
		return code;
	}
	*out = block;
	return 0;
}

int korch_struct_to_json(char **out, const void *self, const korch_type *type)
{
	if (!out || !type)
		return KORCH_E_INVALID;
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__struct_write(&buf, self, type);
	return hand_out(out, NULL, &buf);
}

int korch__field_set_json(void *to, const korch_type *type, const korch_field *field,
                          const char *json)
{
	_cleanup_(problems_free_p) korch_problems *problems = NULL;
	if (korch_problems_new(&problems, 1) < 0)
		return KORCH_E_NOMEM;
	korch__decoder self = {
	    .options = &default_options, .problems = problems, .max_bytes = KORCH__BYTES_DEFAULT};
	_cleanup_tree_ struct json_object *tree = NULL;
	korch__path here = KORCH__PATH_FIELD(NULL, field->name);
	int code = korch__json_parse(&tree, json, strlen(json), NULL, NULL, NULL);
	if (code == 0) {
		korch__field_clear(to, field);
		code = korch__decode_field(&self, to, field, tree, &here);
	}
	if (code == 0)
		code = korch_problems_result(problems, NULL);
	if (code == 0)
		((korch_struct *)to)->present |= UINT64_C(1) << (field - type->fields);
	return code;
}
