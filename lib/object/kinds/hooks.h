/* Hooks that tables name: defaults and rules over several fields (defaults_*.c, validate_*.c). */
#ifndef KORCH_OBJECT_KINDS_HOOKS_H
#define KORCH_OBJECT_KINDS_HOOKS_H

#include <korch/struct.h>

#endif
