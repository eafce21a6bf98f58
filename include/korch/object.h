/*
 * Objects: what a manifest, the store and the deciders deal in. Kinds and their registry; identity.
 * Fields of the single kinds stand in api/, reading and writing in codec.h and manifest.h.
 */
#ifndef KORCH_OBJECT_H
#define KORCH_OBJECT_H

#include <korch/api/meta.h>
#include <korch/loop.h>
#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file object.h Kinds and objects. */

/** A kind: group, version, names and scope. Kinds live as long as the process; compare them by
 * address. */
typedef struct korch_kind {
	const char *group;       /**< "" for the core group */
	const char *version;     /**< "v1" */
	const char *api_version; /**< "v1", "apps/v1" */
	const char *name;        /**< "Deployment" */
	const char *plural;      /**< "deployments" */
	const char *singular;    /**< "deployment" */
	const char *short_names; /**< comma-separated, "" for none: "deploy" */
	const korch_type *type;  /**< table of the typed struct, NULL when content is kept as JSON text
	                          */
	int32_t namespaced;      /**< 1 when objects live in a namespace */
	int32_t builtin; /**< 1 when Kubernetes ships the kind, 0 when it became known from a manifest
	                  */
} korch_kind;

/**
 * The kind of an apiVersion and kind. One that is not built in becomes known by asking (namespaced,
 * plural by rule), so that custom resources pass; at most KORCH_KINDS_MAX of those.
 * @return 0, KORCH_E_INVALID for malformed names, KORCH_E_LIMIT. Any thread. @since 0.1
 */
KORCH_API int korch_kind_get(const korch_kind **out, const char *api_version, const char *name,
                             korch_error **err);
/** The built-in or known kind that a person means by "deploy", "Deployment", "deployments" or
 * "deployments.apps"; the preferred version when there are several. NULL when there is none. @since
 * 0.1 */
KORCH_API const korch_kind *korch_kind_find(const char *text);
/** The i-th known kind, NULL behind the last: built-in ones first, in a stable order. @since 0.1 */
KORCH_API const korch_kind *korch_kind_at(size_t i);
/** How many kinds may become known beside the built-in ones. */
#define KORCH_KINDS_MAX 4096

/**
 * The head of every object. Typed kinds embed it as their first member (korch_pod and so on, in
 * api/), so a `korch_pod *` may be cast to `korch_object *` and, when kind->type is korch_pod_type,
 * back. Once it is shared an object is never changed.
 */
typedef struct korch_object {
	KORCH_STRUCT_HEAD
	const korch_kind *kind;      /**< never NULL */
	korch_object_meta *metadata; /**< NULL only for kinds without metadata */
	const char *raw;   /**< untyped kinds: the rest of the object as compact JSON text "{…}"; NULL
	                      otherwise */
	uint64_t revision; /**< store revision of the last change (metadata.resourceVersion); 0 when not
	                      from a store */
} korch_object;

/** An empty object of a kind with one reference, with empty metadata. @return 0 or KORCH_E_NOMEM.
 * @since 0.1 */
KORCH_API int korch_object_new(korch_object **out, const korch_kind *kind);
/** One more reference; NULL is fine; any thread. @since 0.1 */
KORCH_API korch_object *korch_object_ref(const korch_object *object);
/** One reference less; NULL is fine; any thread. @since 0.1 */
KORCH_API void korch_object_unref(const korch_object *object);
/**
 * An exclusively owned object that shares everything with `object`, to be changed by
 * korch_struct_edit() and friends and then handed on. @return NULL when memory is short. The caller
 * owns it. @since 0.1
 */
KORCH_API korch_object *korch_object_edit(const korch_object *object);
/** The metadata of an exclusively owned object, made exclusive too. NULL when memory is short.
 * @since 0.1 */
KORCH_API korch_object_meta *korch_object_edit_meta(korch_object *object);
/** 1 when two objects are equal but for revision and managedFields. @since 0.1 */
KORCH_API int korch_object_equal(const korch_object *a, const korch_object *b);

/** metadata.name, "" when missing. Borrowed. @since 0.1 */
KORCH_API const char *korch_object_name(const korch_object *object);
/** metadata.namespace, "" for cluster-wide objects. Borrowed. @since 0.1 */
KORCH_API const char *korch_object_namespace(const korch_object *object);
/** metadata.uid, "" when missing. Borrowed. @since 0.1 */
KORCH_API const char *korch_object_uid(const korch_object *object);
/** The ownerReference with controller: true, or NULL. Borrowed. @since 0.1 */
KORCH_API const korch_owner_reference *korch_object_controller(const korch_object *object);
/** Adds an ownerReference with controller and blockOwnerDeletion to an exclusively owned object.
 * @return 0, KORCH_E_EXISTS when it has a controller, KORCH_E_NOMEM. @since 0.1 */
KORCH_API int korch_object_set_controller(korch_object *object, const korch_object *owner);

/** Identity of an object in a store. The strings are borrowed. namespace_ is "" for cluster-wide
 * kinds. */
typedef struct korch_key {
	const korch_kind *kind; /**< the kind */
	const char *namespace_; /**< "" or the namespace */
	const char *name;       /**< the name */
} korch_key;

/** The key of an object; strings borrowed from it. @since 0.1 */
KORCH_API korch_key korch_object_key(const korch_object *object);
/** Order of keys: by group, kind name, version, namespace, name in byte order; negative, 0 or
 * positive. @since 0.1 */
KORCH_API int korch_key_compare(const korch_key *a, const korch_key *b);

KORCH_END_DECLS

#endif
