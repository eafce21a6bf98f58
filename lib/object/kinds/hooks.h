/* Hooks that tables name: defaults and rules over several fields (defaults_*.c, validate_*.c). */
#ifndef KORCH_OBJECT_KINDS_HOOKS_H
#define KORCH_OBJECT_KINDS_HOOKS_H

#include <korch/struct.h>

#define DEFAULTS(name) int korch__##name##_set_defaults(void *self);
#define VALIDATE(name)                                                                             \
	void korch__##name##_validate(const void *self, const char *path, korch_problems *problems);
#define UPDATE(name)                                                                               \
	void korch__##name##_validate_update(const void *self, const void *old, const char *path,      \
										 korch_problems *problems);

DEFAULTS(container)
DEFAULTS(ephemeral_container)
DEFAULTS(volume)
DEFAULTS(pod_spec)
DEFAULTS(pod)
DEFAULTS(deployment_spec)
DEFAULTS(service)
DEFAULTS(secret)
DEFAULTS(namespace)
DEFAULTS(node_status)

#undef DEFAULTS
#undef VALIDATE
#undef UPDATE

#endif
