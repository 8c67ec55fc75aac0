export { createFavorites, isStarred, starsOf } from './favorites.ts';
export { starredBy } from './favorites.sql.ts';
export { favoriteOperations } from './operations/index.ts';
