/*
 * Error codes and error details. Where codes come from, what a korch_error carries; no logging.
 */
#ifndef KORCH_ERROR_H
#define KORCH_ERROR_H

#include <korch/macros.h>

KORCH_BEGIN_DECLS

/** @file error.h Error codes, and the detail that a failing call may hand out. */

/**
 * The one list of codes: X(name, value, text). Functions return 0 or one of these negative values;
 * a value is never used again for something else. The bindings' exception classes and sentinel
 * errors are made from the same list.
 */
#define KORCH_CODES(X)                                                                             \
	X(NOMEM, -1, "out of memory")                                                                  \
	X(INVALID, -2, "invalid argument or object")                                                   \
	X(PARSE, -3, "malformed input")                                                                \
	X(NOT_FOUND, -4, "not found")                                                                  \
	X(EXISTS, -5, "already exists")                                                                \
	X(CONFLICT, -6, "changed by somebody else in the meantime")                                    \
	X(COMPACTED, -7, "revision was compacted")                                                     \
	X(LIMIT, -8, "limit exceeded")                                                                 \
	X(UNSUPPORTED, -9, "not supported by this backend")                                            \
	X(IO, -10, "input or output failed")                                                           \
	X(TIMEOUT, -11, "timed out")                                                                   \
	X(CANCELED, -12, "canceled")                                                                   \
	X(CLOSED, -13, "closed")                                                                       \
	X(FORBIDDEN, -14, "not permitted")                                                             \
	X(BUSY, -15, "busy, try again")                                                                \
	X(INTERNAL, -16, "internal error")

/** Result codes of the library. */
typedef enum korch_code {
	KORCH_OK = 0,                                                  /**< success */
#define KORCH_CODE_ENUM(name, value, text) KORCH_E_##name = value, /**< see KORCH_CODES */
	KORCH_CODES(KORCH_CODE_ENUM)
#undef KORCH_CODE_ENUM
} korch_code;

/**
 * The detail of one failure: code, one-line message, path of the field, file and line of the
 * manifest. Calls that can fail take a `korch_error **err` as their last argument, which may be
 * NULL. Success never touches it; on failure a new error is stored there that the caller frees.
 * Immutable once handed out, so any thread may read it.
 */
typedef struct korch_error korch_error;

/** Name of a code, e.g. "CONFLICT"; "OK" for 0 and "UNKNOWN" for a value that is no code. Static.
 * @since 0.1 */
KORCH_API const char *korch_code_name(int code);
/** Text of a code, e.g. "not found". Static. @since 0.1 */
KORCH_API const char *korch_code_text(int code);

/** The code of an error; KORCH_OK for NULL. @since 0.1 */
KORCH_API korch_code korch_error_code(const korch_error *error);
/** One line that says what happened, without file and line. Borrowed from the error; "" for NULL.
 * @since 0.1 */
KORCH_API const char *korch_error_message(const korch_error *error);
/** Path of the field that is meant, e.g. "spec.template.spec.containers[0].image"; NULL when there
 * is none. Borrowed. @since 0.1 */
KORCH_API const char *korch_error_path(const korch_error *error);
/** Manifest file that is meant; NULL when there is none. Borrowed. @since 0.1 */
KORCH_API const char *korch_error_file(const korch_error *error);
/** Line in that file, from 1; 0 when unknown. @since 0.1 */
KORCH_API int korch_error_line(const korch_error *error);
/** The error that led to this one, or NULL. Borrowed. @since 0.1 */
KORCH_API const korch_error *korch_error_cause(const korch_error *error);
/** The whole as one line, "file:line: path: message: cause", parts that are missing left out. The
 * caller frees it with free(); NULL when memory is short. @since 0.1 */
KORCH_API char *korch_error_format(const korch_error *error);
/** Frees an error and its causes; NULL is fine. @since 0.1 */
KORCH_API void korch_error_free(korch_error *error);

/**
 * Makes an error, for callbacks of the host program (a backend, a controller) that report failure.
 * @param err where to store it; NULL is fine; an error that is there already becomes the cause.
 * @param code a korch_code, negative.
 * @param format printf format of the message.
 * @return code, so that `return korch_error_set(err, …)` reads well. @since 0.1
 */
KORCH_API int korch_error_set(korch_error **err, int code, const char *format, ...)
    KORCH_PRINTF(3, 4);
/** Puts the path of a field in front of the path that the error has ("spec" + "replicas" →
 * "spec.replicas"; an index "[0]" joins without a dot). err or *err may be NULL. @since 0.1 */
KORCH_API void korch_error_prefix_path(korch_error **err, const char *path);
/** Sets file and line, unless the error has a line already. err or *err may be NULL. @since 0.1 */
KORCH_API void korch_error_set_location(korch_error **err, const char *file, int line);

KORCH_END_DECLS

#endif
