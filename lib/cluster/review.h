/*
 * Rules of a manifest's objects that the objects alone cannot tell: conditions that must parse,
 * templates that must be there, routes that the cluster's router must be able to set.
 */
#ifndef KORCH_CLUSTER_REVIEW_H
#define KORCH_CLUSTER_REVIEW_H

#include <korch/manifest.h>
#include <korch/router.h>
#include <korch/view.h>

/* Reviews all objects before anything is applied: 0, or the first problem with file, line and path.
 * What is named may be in the manifest or in the view. router: NULL: nothing is refused. */
int korch__review(const korch_manifest *manifest, const korch_view *view,
                  const korch_router *router, korch_error **err);

#endif
