/* The table of built-in kinds, sorted by apiVersion, then name. */
#ifndef KORCH_OBJECT_KINDS_BUILTIN_H
#define KORCH_OBJECT_KINDS_BUILTIN_H

#include <korch/object.h>

extern const korch_kind *const korch__builtin_kinds[];
extern const size_t korch__n_builtin_kinds;

#endif
