"""All public routes. Canonical under /v1; the bare paths are exact aliases."""

from fastapi import APIRouter

from gateway import (
    activity_routes,
    explain_routes,
    model_routes,
    movie_routes,
    people_routes,
    pipeline_routes,
    ranking_routes,
    theme_routes,
    user_routes,
)
from gateway.wiring import PROBLEMS

router = APIRouter(responses=PROBLEMS)
ROUTES = (
    movie_routes,
    people_routes,
    theme_routes,
    ranking_routes,
    explain_routes,
    user_routes,
    activity_routes,
    model_routes,
    pipeline_routes,
)
for each in ROUTES:
    router.include_router(each.router)
