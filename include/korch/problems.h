/*
 * Problems: what decoding and validation find wrong with an object, each with path, file and line.
 * How they are found stands in codec.h and validate.h.
 */
#ifndef KORCH_PROBLEMS_H
#define KORCH_PROBLEMS_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file problems.h Lists of errors and warnings about objects. */

/** How bad a problem is. */
typedef enum korch_severity {
	KORCH_SEVERITY_ERROR = 0,   /**< the object is refused */
	KORCH_SEVERITY_WARNING = 1, /**< the object is taken, somebody should look */
} korch_severity;

/** What sort of problem it is; each has Kubernetes' words in front of its message. */
typedef enum korch_problem_kind {
	KORCH_PROBLEM_INVALID = 0,       /**< "Invalid value: …" */
	KORCH_PROBLEM_REQUIRED = 1,      /**< "Required value" */
	KORCH_PROBLEM_UNSUPPORTED = 2,   /**< "Unsupported value: …" */
	KORCH_PROBLEM_DUPLICATE = 3,     /**< "Duplicate value: …" */
	KORCH_PROBLEM_NOT_FOUND = 4,     /**< "Not found: …" */
	KORCH_PROBLEM_FORBIDDEN = 5,     /**< "Forbidden: …" */
	KORCH_PROBLEM_TOO_LONG = 6,      /**< "Too long: …" */
	KORCH_PROBLEM_TOO_MANY = 7,      /**< "Too many: …" */
	KORCH_PROBLEM_TYPE = 8,          /**< wrong JSON type; no words in front */
	KORCH_PROBLEM_UNKNOWN_FIELD = 9, /**< a field that its table does not have; no words in front */
	KORCH_PROBLEM_OTHER = 10,        /**< anything else; no words in front */
} korch_problem_kind;

/** One problem. The strings belong to the list. */
typedef struct korch_problem {
	int32_t severity;    /**< a korch_severity */
	int32_t kind;        /**< a korch_problem_kind */
	const char *path;    /**< path of the field, "" for the object itself */
	const char *message; /**< one line, Kubernetes' words included */
	const char *file;    /**< manifest file, or NULL */
	int32_t line;        /**< line in that file from 1, 0 when unknown */
} korch_problem;

/** How many problems a list keeps when no other limit is given. */
#define KORCH_PROBLEMS_DEFAULT_MAX 1000

/**
 * An empty list. One thread at a time.
 * @param max how many problems are kept (further ones are only counted); 0 =
 * KORCH_PROBLEMS_DEFAULT_MAX.
 * @return 0 or KORCH_E_NOMEM. The caller owns *out. @since 0.1
 */
KORCH_API int korch_problems_new(korch_problems **out, size_t max);
/** Frees a list; NULL is fine. @since 0.1 */
KORCH_API void korch_problems_free(korch_problems *problems);
/** How many problems are kept; 0 for NULL. @since 0.1 */
KORCH_API size_t korch_problems_count(const korch_problems *problems);
/** How many were found in all, those not kept included, of one severity. @since 0.1 */
KORCH_API size_t korch_problems_total(const korch_problems *problems, korch_severity severity);
/** The i-th problem in the order in which they were found, NULL behind the last. Borrowed; valid
 * until the list changes. @since 0.1 */
KORCH_API const korch_problem *korch_problems_at(const korch_problems *problems, size_t i);
/** 0 when the list has no error, KORCH_E_INVALID when it has one, KORCH_E_NOMEM when one was lost
 * for want of memory; then err tells the first error with path, file and line. @since 0.1 */
KORCH_API int korch_problems_result(const korch_problems *problems, korch_error **err);
/** Removes all problems. @since 0.1 */
KORCH_API void korch_problems_clear(korch_problems *problems);
/** A problem as one line, "file:line: path: sentence", parts that are missing left out. The caller
 * frees it with free(); NULL when memory is short. @since 0.1 */
KORCH_API char *korch_problem_format(const korch_problem *problem);
/**
 * Adds a problem, for hooks of custom tables and for callbacks. problems may be NULL (nothing
 * happens).
 * @param problem copied; its message gets Kubernetes' words of its kind in front. @since 0.1
 */
KORCH_API void korch_problem_add(korch_problems *problems, const korch_problem *problem);

KORCH_END_DECLS

#endif
