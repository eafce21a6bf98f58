/* The builder of trees: frames, keys, limits. Merging of mappings is in build_merge.c. */
#include "object/build.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "object/build_merge.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_DUPLICATES = 100, MAX_PATH = 512, MANY_NODES = 100000 };

void korch__build_init(korch__build *build, const korch__read *read, korch_error **err)
{
	*build = (korch__build){.read = read, .err = err};
}

void korch__build_reset(korch__build *build)
{
	for (size_t i = 0; i < build->frames.n; i++) {
		json_object_put(build->frames.items[i].node);
		korch__free(build->frames.items[i].key);
	}
	for (size_t i = 0; i < build->merges.n; i++)
		json_object_put(build->merges.items[i]);
	json_object_put(build->root);
	build->root = NULL;
	build->has_root = 0;
	build->frames.n = build->merges.n = build->key_lines.n = 0;
}

void korch__build_fini(korch__build *build)
{
	korch__build_reset(build);
	korch__vec_fini(&build->frames);
	korch__vec_fini(&build->merges);
	korch__vec_fini(&build->key_lines);
}

korch__build_frame *korch__build_top(korch__build *build)
{
	return build->frames.n > 0 ? &build->frames.items[build->frames.n - 1] : NULL;
}

int korch__build_fail(korch__build *build, int code, int line, const char *format, ...)
{
	char message[MAX_PATH + 256];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	korch_error_set(build->err, code, "%s", message);
	korch_error_set_location(build->err, build->read->file, line);
	return code;
}

static int no_memory(korch__build *build)
{
	return korch_error_set(build->err, KORCH_E_NOMEM, "%s", korch_code_text(KORCH_E_NOMEM));
}

int korch__build_count(korch__build *build, size_t n, int line)
{
	size_t max = build->read->limits.max_nodes;
	if (n > max || build->n_nodes > max - n)
		return korch__build_fail(build, KORCH_E_LIMIT, line, "more than %zu values", max);
	build->n_nodes += n;
	return 0;
}

/* Path of the value that comes next, cut when it is long: "spec.containers[0].image". */
static void path_of_next(const korch__build *build, char path[MAX_PATH])
{
	size_t len = 0;
	path[0] = '\0';
	for (size_t i = 0; i < build->frames.n && len < MAX_PATH - 1; i++) {
		const korch__build_frame *frame = &build->frames.items[i];
		size_t left = MAX_PATH - len;
		int n = frame->is_map
		            ? snprintf(path + len, left, "%s%s", len > 0 ? "." : "",
		                       frame->key ? frame->key : "<<")
		            : snprintf(path + len, left, "[%zu]", json_object_array_length(frame->node));
		len += n < 0 ? 0 : (size_t)n;
	}
}

static int check_depth(korch__build *build, int height, int line)
{
	int max = build->read->limits.max_depth;
	if (height > max || build->frames.n > (size_t)(max - height))
		return korch__build_fail(build, KORCH_E_LIMIT, line, "nested deeper than %d levels", max);
	return 0;
}

int korch__build_open(korch__build *build, int is_map, int line)
{
	int code = check_depth(build, 1, line);
	if (code < 0 || (code = korch__build_count(build, 1, line)) < 0)
		return code;
	/* Who is told of a field looks for its key; the value may begin in the line below. */
	const korch__build_frame *above = build->frames.n ? korch__build_top(build) : NULL;
	korch__build_frame frame = {.line = above && above->key ? above->key_line : line,
	                            .is_map = is_map,
	                            .first_key = build->key_lines.n,
	                            .first_merge = build->merges.n};
	frame.node = is_map ? json_object_new_object() : json_object_new_array_ext(4);
	if (!frame.node || korch__vec_push(&build->frames, frame) < 0) {
		json_object_put(frame.node);
		return no_memory(build);
	}
	korch__tree_set_line(frame.node, frame.line);
	return 0;
}

/*
 * Puts a value under the frame's key, or at the end of its list. Takes the value when it succeeds.
 */
static int attach(korch__build *build, korch__build_frame *frame, struct json_object *node)
{
	if (frame->is_merge)
		return korch__vec_push(&build->merges, node);
	if (!frame->is_map)
		return json_object_array_add(frame->node, node) < 0 ? KORCH_E_NOMEM : 0;
	int added = json_object_object_add_ex(frame->node, frame->key, node,
	                                      frame->is_new ? JSON_C_OBJECT_ADD_KEY_IS_NEW : 0);
	korch__free(KORCH_STEAL(frame->key));
	return added < 0 ? KORCH_E_NOMEM : 0;
}

/* The place of a value: the document's root, or the innermost frame. Takes the node. */
static int place(korch__build *build, struct json_object *node, int height, int line)
{
	korch__build_frame *frame = korch__build_top(build);
	if (!frame) {
		build->root = node;
		build->has_root = 1;
		return 0;
	}
	if (frame->is_merge && !korch__merge_fits(node)) {
		json_object_put(node);
		return korch__build_fail(build, KORCH_E_PARSE, line,
		                         "the value of << must be a mapping or a list of mappings");
	}
	if (height + 1 > frame->height)
		frame->height = height + 1;
	if (attach(build, frame, node) < 0) {
		json_object_put(node);
		return no_memory(build);
	}
	frame->is_merge = 0;
	return 0;
}

int korch__build_value(korch__build *build, struct json_object *node, int height, int line)
{
	int code = height > 0 ? check_depth(build, height, line) : 0;
	if (code == 0)
		code = korch__build_count(build, 1, line);
	if (code < 0) {
		json_object_put(node);
		return code;
	}
	return place(build, node, height, line);
}

/*
 * json-c makes room for 16 keys in each mapping (0.7 KB): that is given back where there are many.
 * Failing does no harm.
 */
static void shrink(const korch__build *build, const korch__build_frame *frame)
{
	int n = frame->is_map ? json_object_object_length(frame->node) : 16;
	if (build->n_nodes > MANY_NODES && n < 8)
		lh_table_resize(json_object_get_object(frame->node), n + n / 2 + 1);
}

int korch__build_close(korch__build *build)
{
	korch__build_frame frame = *korch__build_top(build);
	if (build->merges.n > frame.first_merge) {
		/*
		 * The first merge wins, and the mapping's own keys win over all: so they are added in
		 * order, and only what is missing.
		 */
		int failed = korch__merge_all(frame.node, build->merges.items + frame.first_merge,
		                              build->merges.n - frame.first_merge);
		while (build->merges.n > frame.first_merge)
			json_object_put(build->merges.items[--build->merges.n]);
		if (failed)
			return no_memory(build);
	}
	shrink(build, &frame);
	build->key_lines.n = frame.first_key;
	build->frames.n--;
	build->height = frame.height > 0 ? frame.height : 1;
	return place(build, frame.node, build->height, frame.line);
}

/* A key that is there already: asks what to do, and remembers the later line. */
static int found_twice(korch__build *build, korch__build_frame *frame, const char *key, int line)
{
	size_t i = frame->first_key;
	json_object_object_foreach(frame->node, other, value)
	{
		(void)value;
		if (strcmp(other, key) == 0)
			break;
		i++;
	}
	int first_line = build->key_lines.items[i];
	build->key_lines.items[i] = line;
	char path[MAX_PATH];
	path_of_next(build, path);
	if (++build->n_duplicates > MAX_DUPLICATES)
		return korch__build_fail(build, KORCH_E_LIMIT, line, "more than %d duplicate keys",
		                         MAX_DUPLICATES);
	int code = build->read->duplicate
	               ? build->read->duplicate(build->read->userdata, path, line, first_line)
	               : KORCH_E_PARSE;
	if (code == 0)
		return 0;
	korch__build_fail(build, code, line, "duplicate key, first given in line %d", first_line);
	korch_error_prefix_path(build->err, path);
	return code;
}

int korch__build_key(korch__build *build, const char *text, size_t len, int line)
{
	korch__build_frame *frame = korch__build_top(build);
	frame->key_line = line;
	if (memchr(text, '\0', len))
		return korch__build_fail(build, KORCH_E_PARSE, line, "a key with a NUL byte");
	frame->key = korch__strndup(text, len);
	if (!frame->key)
		return no_memory(build);
	frame->is_new = !json_object_object_get_ex(frame->node, frame->key, NULL);
	if (!frame->is_new)
		return found_twice(build, frame, frame->key, line);
	return korch__vec_push(&build->key_lines, line) < 0 ? no_memory(build) : 0;
}

int korch__build_merge_key(korch__build *build)
{
	korch__build_top(build)->is_merge = 1;
	return 0;
}

int korch__build_finish(korch__build *build, int line)
{
	struct json_object *tree = build->root;
	build->root = NULL;
	build->has_root = 0;
	int code = 0;
	if (++build->n_documents > build->read->limits.max_documents)
		code = korch__build_fail(build, KORCH_E_LIMIT, line, "more than %zu documents",
		                         build->read->limits.max_documents);
	else if (build->read->document)
		code = build->read->document(build->read->userdata, tree,
		                             tree ? korch__tree_line(tree) : line);
	json_object_put(tree);
	return code;
}
