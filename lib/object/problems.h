/*
 * Adding problems from inside the library, and giving them the lines of a tree. The public reading
 * side is <korch/problems.h>.
 */
#ifndef KORCH_OBJECT_PROBLEMS_H
#define KORCH_OBJECT_PROBLEMS_H

#include <korch/problems.h>

struct json_object;

/*
 * Adds an error. The text is what follows Kubernetes' words of the kind: INVALID with "\"x\": must
 * be …" gives `Invalid value: "x": must be …`, REQUIRED with "" gives `Required value`. problems
 * may be NULL. Running out of memory is remembered in the list (korch_problems_result()).
 */
void korch__problem(korch_problems *problems, const char *path, int kind, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* As korch__problem() for a field below path: "name", "[0].name", "limits[cpu]"; joined by a dot
 * where one is needed. */
void korch__problem_field(korch_problems *problems, const char *path, const char *field, int kind,
                          const char *format, ...) __attribute__((format(printf, 5, 6)));
/* As korch__problem(), but a warning. */
void korch__problem_warn(korch_problems *problems, const char *path, int kind, const char *format,
                         ...) __attribute__((format(printf, 4, 5)));
/* File and line for problems that are added from now on; file is copied; NULL and 0 to stop. */
void korch__problems_at_place(korch_problems *problems, const char *file, int line);
/* Gives all problems from index `first` on that have no line the line that their path (or its
 * nearest ancestor) has in the tree. */
void korch__problems_set_lines(korch_problems *problems, size_t first, const char *file,
                               struct json_object *tree);
/* UNSUPPORTED with the list of what is supported, sorted as Kubernetes does: `"x": supported
 * values: "A", "B"`. */
void korch__problem_unsupported(korch_problems *problems, const char *path, const char *field,
                                const char *value, const char *const *allowed);
/* Remembers that something could not be checked for want of memory. */
void korch__problems_fail(korch_problems *problems);
/* KORCH_E_NOMEM when a problem was lost for want of memory, else 0. */
int korch__problems_failed(const korch_problems *problems);
/* Says that something could not be checked for want of memory. problems may be NULL. */
void korch__problems_set_failed(korch_problems *problems);
/* "path.field", "path[0]" or "field" into out; cut at size. */
void korch__path_join(char *out, size_t size, const char *path, const char *field);

#endif
