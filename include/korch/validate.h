/*
 * Defaults and validation of objects by Kubernetes' rules.
 */
#ifndef KORCH_VALIDATE_H
#define KORCH_VALIDATE_H

#include <korch/object.h>
#include <korch/problems.h>

KORCH_BEGIN_DECLS

/** @file validate.h Defaults and validation. */

/**
 * Gives fields that are absent their defaults. What has all of them already stays shared; doing it
 * again changes nothing.
 * @param object exclusively owned. @return 0 or KORCH_E_NOMEM (some defaults may be missing then).
 * @since 0.1
 */
KORCH_API int korch_object_set_defaults(korch_object *object);
/** As korch_object_set_defaults() for an exclusively owned struct. @since 0.1 */
KORCH_API int korch_struct_set_defaults(void *self, const korch_type *type);
/**
 * Checks an object that has its defaults: name, metadata, the rules of its table; status is not
 * looked at (it is the system's own).
 * @param problems where errors go, all of them, with their paths; may be NULL.
 * @return 0, KORCH_E_INVALID when it has errors, KORCH_E_NOMEM. Any thread. @since 0.1
 */
KORCH_API int korch_object_validate(const korch_object *object, korch_problems *problems);
/** Checks the change from old to object: what must not change, and all of korch_object_validate().
 * @return as that. @since 0.1 */
KORCH_API int korch_object_validate_update(const korch_object *object, const korch_object *old,
                                           korch_problems *problems);
/** Checks a struct, for instance a pod template. @param path where it stands, "" for nowhere.
 * @return as korch_object_validate(). @since 0.1 */
KORCH_API int korch_struct_validate(const void *self, const korch_type *type, const char *path,
                                    korch_problems *problems);

KORCH_END_DECLS

#endif
