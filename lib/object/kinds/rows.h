/*
 * Short names to write the rows of a table with: KIND(member, "jsonName", protobuf number, flags,
 * "meaning", extras…), STRUCT and LIST_STRUCT name the struct behind the member. S is the struct
 * that the table describes; the count of a list is n_MEMBER. Extras are designated: .format,
 * .merge_key, .allowed, .default_json. For lib/object/kinds only.
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

/* The only texts a field may have. */
#define ALLOWED(...)                                                                               \
	(const char *const[])                                                                          \
	{                                                                                              \
		__VA_ARGS__, NULL                                                                          \
	}

/* The number of a field that stands in an embedded message: see korch_field.number. */
#define IN(outer, inner) ((outer) << 8 | (inner))

#define ROW_(k, form, m, json, num, fl, what, ...)                                                 \
	{                                                                                              \
		.name = (json), .meaning = (what), .offset = offsetof(S, m), .number = (num),              \
		.flags = (fl), .kind = KORCH_FIELD_##k, .shape = KORCH_SHAPE_##form, __VA_ARGS__           \
	}
#define LIST_(k, m, ...) ROW_(k, LIST, m, __VA_ARGS__, .count_offset = offsetof(S, n_##m))

#define BOOL(...) ROW_(BOOL, ONE, __VA_ARGS__, )
#define INT32(...) ROW_(INT32, ONE, __VA_ARGS__, )
#define INT64(...) ROW_(INT64, ONE, __VA_ARGS__, )
#define STRING(...) ROW_(STRING, ONE, __VA_ARGS__, )
#define TIME(...) ROW_(TIME, ONE, __VA_ARGS__, )
#define MICROTIME(...) ROW_(MICROTIME, ONE, __VA_ARGS__, )
#define QUANTITY(...) ROW_(QUANTITY, ONE, __VA_ARGS__, )
#define INT_OR_STRING(...) ROW_(INT_OR_STRING, ONE, __VA_ARGS__, )
#define RAW(...) ROW_(RAW, ONE, __VA_ARGS__, )
#define STRUCT(m, s, ...) ROW_(STRUCT, ONE, m, __VA_ARGS__, .type = &s##_type)
#define LIST_STRING(m, ...) LIST_(STRING, m, __VA_ARGS__)
#define LIST_INT32(m, ...) LIST_(INT32, m, __VA_ARGS__)
#define LIST_INT64(m, ...) LIST_(INT64, m, __VA_ARGS__)
#define LIST_STRUCT(m, s, ...) LIST_(STRUCT, m, __VA_ARGS__, .type = &s##_type)
#define MAP_STRING(...) ROW_(STRING, MAP, __VA_ARGS__, )
#define MAP_QUANTITY(...) ROW_(QUANTITY, MAP, __VA_ARGS__, )
#define MAP_BYTES(...) ROW_(BYTES, MAP, __VA_ARGS__, )
#define MAP_TIME(...) ROW_(TIME, MAP, __VA_ARGS__, )

/* The table of S; extras: .set_defaults, .validate, .validate_update. */
#define TYPE(kubernetes_name, rows, what, ...)                                                     \
	{                                                                                              \
		.name = (kubernetes_name), .meaning = (what), .size = sizeof(S), .fields = (rows),         \
		.n_fields = sizeof(rows) / sizeof((rows)[0]), __VA_ARGS__                                  \
	}

#endif
