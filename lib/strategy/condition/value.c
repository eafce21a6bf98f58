/* Values: from JSON, elements, keys, equality; the arena. */
#include "strategy/condition/value.h"
#include "base/cleanup.h"
#include "strategy/condition/time.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 4096, EQUAL_DEPTH_MAX = 100 };

struct korch__condition_chunk {
	struct korch__condition_chunk *next;
	size_t size;
	max_align_t data[];
};

korch__condition_value korch__condition_error(korch__condition_run *run, int code,
                                              const korch__condition_node *node, const char *format,
                                              ...)
{
	char text[512];
	va_list args;
	if (run->code == 0) {
		va_start(args, format);
		vsnprintf(text, sizeof(text), format, args);
		va_end(args);
		run->code = korch_error_set(run->err, code, "%s (column %u)", text, node->column);
	}
	return korch__condition_nil();
}

int korch__condition_work(korch__condition_run *run, const korch__condition_node *node,
                          size_t steps)
{
	run->steps += steps;
	if (run->steps > KORCH_CONDITION_STEPS_MAX || steps > KORCH_CONDITION_STEPS_MAX)
		korch__condition_error(run, KORCH_E_LIMIT, node, "more than %d steps",
		                       KORCH_CONDITION_STEPS_MAX);
	return run->code;
}

void *korch__condition_take_memory(korch__condition_run *run, const korch__condition_node *node,
                                   size_t n, size_t size)
{
	if (n > KORCH_CONDITION_MEMORY_MAX / size ||
	    run->memory + n * size > KORCH_CONDITION_MEMORY_MAX) {
		korch__condition_error(run, KORCH_E_LIMIT, node, "memory budget exceeded");
		return NULL;
	}
	size_t bytes = (n * size + sizeof(max_align_t)) & ~(sizeof(max_align_t) - 1);
	run->memory += n * size;
	struct korch__condition_chunk *chunk = run->chunks;
	if (!chunk || chunk->size - run->used < bytes) {
		size_t room = bytes > CHUNK ? bytes : CHUNK;
		chunk = korch__alloc(sizeof(*chunk) + room);
		if (!chunk) {
			korch__condition_error(run, KORCH_E_NOMEM, node, "out of memory");
			return NULL;
		}
		chunk->next = run->chunks;
		chunk->size = room;
		run->chunks = chunk;
		run->used = 0;
	}
	void *memory = (char *)chunk->data + run->used;
	run->used += bytes;
	return memory;
}

static void free_chunks(korch__condition_run *run)
{
	while (run->chunks) {
		struct korch__condition_chunk *next = run->chunks->next;
		korch__free(run->chunks);
		run->chunks = next;
	}
}

korch__condition_value korch__condition_from_json(struct json_object *json)
{
	switch (json_object_get_type(json)) {
	case json_type_boolean:
		return korch__condition_bool(json_object_get_boolean(json));
	case json_type_int: /* Go reads each number of JSON as a float */
	case json_type_double:
		return korch__condition_float(json_object_get_double(json));
	case json_type_string:
		return korch__condition_text_value(json_object_get_string(json),
		                                   (size_t)json_object_get_string_len(json));
	case json_type_array:
		return (korch__condition_value){
		    .type = COND_ARRAY, .as.json = json, .length = json_object_array_length(json)};
	case json_type_object:
		return (korch__condition_value){
		    .type = COND_MAP, .as.json = json, .length = (size_t)json_object_object_length(json)};
	default:
		return korch__condition_nil();
	}
}

korch__condition_value korch__condition_element(const korch__condition_value *array, size_t i)
{
	return array->made ? array->as.items[i]
	                   : korch__condition_from_json(json_object_array_get_idx(array->as.json, i));
}

int korch__condition_lookup(korch__condition_value *out, const korch__condition_value *map,
                            const char *key, size_t length)
{
	if (!map->made) {
		char local[128];
		struct json_object *found = NULL;
		_cleanup_free_ char *copy = NULL;
		const char *name = local;
		if (memchr(key, '\0', length))
			return 0;
		if (length < sizeof(local)) {
			memcpy(local, key, length);
			local[length] = '\0';
		} else {
			copy = korch__strndup(key, length);
			name = copy;
		}
		if (!name || !json_object_object_get_ex(map->as.json, name, &found))
			return 0;
		*out = korch__condition_from_json(found);
		return 1;
	}
	for (size_t i = map->length; i-- > 0;) { /* the last of equal keys wins */
		const korch__condition_value *own = &map->as.items[2 * i];
		if (own->length == length && memcmp(own->as.text, key, length) == 0) {
			*out = own[1];
			return 1;
		}
	}
	return 0;
}

static int equal(korch__condition_run *run, const korch__condition_node *node,
                 const korch__condition_value *a, const korch__condition_value *b, int depth);

static int equal_arrays(korch__condition_run *run, const korch__condition_node *node,
                        const korch__condition_value *a, const korch__condition_value *b, int depth)
{
	int same = a->length == b->length;
	for (size_t i = 0; same && i < a->length; i++) {
		korch__condition_value x = korch__condition_element(a, i);
		korch__condition_value y = korch__condition_element(b, i);
		same = equal(run, node, &x, &y, depth);
	}
	return same;
}

static int in_other(korch__condition_run *run, const korch__condition_node *node,
                    const korch__condition_value *map, const korch__condition_value *pair,
                    int depth)
{
	korch__condition_value other;
	return korch__condition_lookup(&other, map, pair[0].as.text, pair[0].length) &&
	       equal(run, node, &pair[1], &other, depth);
}

static int equal_maps(korch__condition_run *run, const korch__condition_node *node,
                      const korch__condition_value *a, const korch__condition_value *b, int depth)
{
	int same = a->length == b->length;
	if (same && a->made) {
		for (size_t i = 0; same && i < a->length; i++)
			same = in_other(run, node, b, &a->as.items[2 * i], depth);
		return same;
	}
	if (same && a->length) {
		json_object_object_foreach(a->as.json, key, child)
		{
			korch__condition_value pair[2] = {korch__condition_text_value(key, strlen(key)),
			                                  korch__condition_from_json(child)};
			same = same && in_other(run, node, b, pair, depth);
		}
	}
	return same;
}

static int equal(korch__condition_run *run, const korch__condition_node *node,
                 const korch__condition_value *a, const korch__condition_value *b, int depth)
{
	if (depth > EQUAL_DEPTH_MAX)
		korch__condition_error(run, KORCH_E_LIMIT, node, "nested deeper than %d", EQUAL_DEPTH_MAX);
	if (korch__condition_work(run, node, 1) < 0)
		return 0;
	if (korch__condition_is_number(a->type) && korch__condition_is_number(b->type))
		return a->type == COND_INT && b->type == COND_INT
		           ? a->as.number == b->as.number
		           : korch__condition_real_of(a) == korch__condition_real_of(b);
	if (a->type != b->type)
		return 0;
	switch (a->type) {
	case COND_NIL:
		return 1;
	case COND_BOOL:
		return a->as.number == b->as.number;
	case COND_STRING:
		return a->length == b->length && memcmp(a->as.text, b->as.text, a->length) == 0;
	case COND_ARRAY:
		return equal_arrays(run, node, a, b, depth + 1);
	default:
		return equal_maps(run, node, a, b, depth + 1);
	}
}

int korch__condition_equal(korch__condition_run *run, const korch__condition_node *node,
                           const korch__condition_value *a, const korch__condition_value *b)
{
	return equal(run, node, a, b, 0);
}

/* Evaluates; the value is taken by its caller as a number, so its type is checked here. */
static int evaluate(int64_t *out, korch__condition_run *run, int type, const char *wanted)
{
	korch__condition_value value = korch__condition_evaluate(run, run->condition->root);
	if (run->code == 0 && value.type != type)
		run->code = korch_error_set(run->err, KORCH_E_INVALID, "expected %s, but got %s", wanted,
		                            korch__condition_type_name(value.type));
	free_chunks(run);
	if (run->code == 0)
		*out = value.as.number;
	return run->code;
}

int korch_condition_eval(int32_t *out, const korch_parsed_condition *condition,
                         struct json_object *result, korch_error **err)
{
	int64_t value;
	if (!out || !condition)
		return korch_error_set(err, KORCH_E_INVALID, "evaluating needs a condition");
	korch__condition_run run = {
	    .condition = condition, .result = korch__condition_from_json(result), .err = err};
	int code = evaluate(&value, &run, COND_BOOL, "bool");
	if (code == 0)
		*out = (int32_t)value;
	return code;
}

int korch__condition_time(korch_usec *out, const char *text, korch_usec now, korch_error **err)
{
	korch_parsed_condition *condition = NULL;
	int code = korch__condition_read(&condition, text, 1, err);
	if (code < 0)
		return code;
	korch__condition_run run = {.condition = condition, .now = now, .err = err};
	code = evaluate(out, &run, COND_INT, "time");
	korch_condition_free(condition);
	return code;
}
