/*
 * Short names to write the rows of a table with: KIND(struct, member, "jsonName", protobuf number, flags, "meaning", extras…).
 * Extras are designated: .format, .merge_key, .allowed, .default_json. For files in lib/object/kinds only.
 */
#ifndef KORCH_OBJECT_KINDS_ROWS_H
#define KORCH_OBJECT_KINDS_ROWS_H

#include <korch/struct.h>
#include <stddef.h>

#define REQUIRED KORCH_FIELD_REQUIRED
#define IMMUTABLE KORCH_FIELD_IMMUTABLE
#define ATOMIC KORCH_FIELD_ATOMIC
#define SET KORCH_FIELD_SET
#define EMIT KORCH_FIELD_EMIT
#define REPLACE_KEYS KORCH_FIELD_REPLACE_KEYS
#define POINTER KORCH_FIELD_POINTER
#define DEPRECATED KORCH_FIELD_DEPRECATED

/* The number of a field that stands in an embedded message: see korch_field.number. */
#define IN(outer, inner) ((outer) << 8 | (inner))

#define ROW_(s, m, json, num, fl, what, ...)                                                       \
	{.name = (json), .meaning = (what), .offset = offsetof(s, m), .number = (num), .flags = (fl), __VA_ARGS__}

#define ONE_(k, s, m, json, num, fl, what, ...)                                                    \
	ROW_(s, m, json, num, fl, what, .kind = KORCH_FIELD_##k, .shape = KORCH_SHAPE_ONE, __VA_ARGS__)
#define LIST_(k, s, m, n, json, num, fl, what, ...)                                                \
	ROW_(s, m, json, num, fl, what, .kind = KORCH_FIELD_##k, .shape = KORCH_SHAPE_LIST,            \
		 .count_offset = offsetof(s, n), __VA_ARGS__)
#define MAP_(k, s, m, json, num, fl, what, ...)                                                    \
	ROW_(s, m, json, num, fl, what, .kind = KORCH_FIELD_##k, .shape = KORCH_SHAPE_MAP, __VA_ARGS__)

#define BOOL(...) ONE_(BOOL, __VA_ARGS__, )
#define INT32(...) ONE_(INT32, __VA_ARGS__, )
#define INT64(...) ONE_(INT64, __VA_ARGS__, )
#define STRING(...) ONE_(STRING, __VA_ARGS__, )
#define TIME(...) ONE_(TIME, __VA_ARGS__, )
#define MICROTIME(...) ONE_(MICROTIME, __VA_ARGS__, )
#define QUANTITY(...) ONE_(QUANTITY, __VA_ARGS__, )
#define INT_OR_STRING(...) ONE_(INT_OR_STRING, __VA_ARGS__, )
#define BYTES(...) ONE_(BYTES, __VA_ARGS__, )
#define RAW(...) ONE_(RAW, __VA_ARGS__, )
#define STRUCT(s, m, t, ...) ONE_(STRUCT, s, m, __VA_ARGS__, .type = &(t))
#define LIST_STRING(...) LIST_(STRING, __VA_ARGS__, )
#define LIST_INT32(...) LIST_(INT32, __VA_ARGS__, )
#define LIST_INT64(...) LIST_(INT64, __VA_ARGS__, )
#define LIST_STRUCT(s, m, n, t, ...) LIST_(STRUCT, s, m, n, __VA_ARGS__, .type = &(t))
#define MAP_STRING(...) MAP_(STRING, __VA_ARGS__, )
#define MAP_QUANTITY(...) MAP_(QUANTITY, __VA_ARGS__, )
#define MAP_BYTES(...) MAP_(BYTES, __VA_ARGS__, )
#define MAP_TIME(...) MAP_(TIME, __VA_ARGS__, )

/* The table itself; extras: .set_defaults, .validate, .validate_update. */
#define TYPE(kubernetes_name, s, rows, what, ...)                                                  \
	{.name = (kubernetes_name), .meaning = (what), .size = sizeof(s), .fields = (rows),            \
	 .n_fields = sizeof(rows) / sizeof((rows)[0]), __VA_ARGS__}

#endif
